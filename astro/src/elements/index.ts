// Defines the custom elements; importing it, in a browser, is all it takes.

import { MastheadAccount } from './account.js';
import { define } from './base.js';
import { MastheadReadmeEditor } from './editor.js';
import { MastheadMemberFiles } from './files.js';
import { MastheadReadmeHistory } from './history.js';
import { MastheadJoin } from './join.js';
import { MastheadLogin } from './login.js';
import { bringMarks } from './marks.js';
import { MastheadMembers } from './members.js';
import { MastheadProfilePicture } from './picture.js';
import { MastheadPublishReport } from './report.js';
import { MastheadReview } from './review.js';
import { MastheadReadmeUpload } from './upload.js';

bringMarks();
define('masthead-login', MastheadLogin);
define('masthead-join', MastheadJoin);
define('masthead-account', MastheadAccount);
define('masthead-profile-picture', MastheadProfilePicture);
define('masthead-readme-upload', MastheadReadmeUpload);
define('masthead-publish-report', MastheadPublishReport);
define('masthead-member-files', MastheadMemberFiles);
define('masthead-readme-history', MastheadReadmeHistory);
define('masthead-readme-editor', MastheadReadmeEditor);
define('masthead-members', MastheadMembers);
define('masthead-review', MastheadReview);
