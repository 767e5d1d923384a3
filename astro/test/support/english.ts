// What the tests read is said in English.

import { speakEnglish } from '../../src/speaking.js';

speakEnglish();
