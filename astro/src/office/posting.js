// Codes by e-mail, too: a choice where the site sends letters, and what became of it.

import { make } from '../history/make.js';
import { isTold } from '../history/say.js';
import { t } from '../languages/say.js';
import { newId } from './form.js';

/**
 * @param {Pick<import('../client.js').Client, 'site'>} api
 * @param {'roster.mail_code' | 'roster.mail_codes'} sentence
 */
export function posting(api, sentence) {
  const input = make('input', { type: 'checkbox', id: newId() });
  const element = make('div', { class: 'field check mh-check', hidden: true }, input, make('label', { for: input.id }, t(sentence)));
  api.site().then(
    ({ mail }) => (element.hidden = mail !== true),
    (failed) => {
      if (!isTold(failed)) console.warn('masthead: whether the site sends letters isn’t known', failed);
    },
  );
  return {
    element,
    get isWanted() {
      return input.checked;
    },
  };
}

/**
 * What became of the letters that were wanted.
 *
 * @param {number} codes
 * @param {number | undefined} mailed
 */
export function posted(codes, mailed = 0) {
  return mailed === codes ? t('roster.mailed', { count: codes }) : t('roster.mail_missing', { count: codes - mailed });
}
