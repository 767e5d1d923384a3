// What stands on the page where members look after their account: its parts, with keys in the place of sentences.

/**
 * An element: its tag, its attributes, and what is in it. Ids and classes get the prefix of whoever writes it.
 *
 * @typedef {readonly [tag: string, attributes: Readonly<Record<string, string | number | boolean>>, ...children: any[]]} Part
 */

/** As long as the server takes a name, in characters. */
const MAX_NAME = 100;

/** The letters that can be turned off, with what each is about. */
export const LETTERS = /** @type {const} */ ({ page_up: 'account.letter_page_up', editor_note: 'account.letter_editor_note' });

/** @param {string} name @returns {Part} */
const status = (name) => ['p', { class: 'status', id: `${name}-status`, role: 'status' }];

/** @param {string} name @returns {Part} */
const error = (name) => ['p', { class: 'error', id: `${name}-error`, role: 'alert' }];

/** @param {string} key @returns {Part} */
const submit = (key) => ['button', { type: 'submit', 'data-t': key }];

/**
 * A field under its name. What is wrong with it is said in the form's one place for that, which moves below the field that it is about.
 *
 * @param {string} id
 * @param {string} label
 * @param {Readonly<Record<string, string | number | boolean>>} input
 * @param {{ form: string, hint?: readonly Part[] }} about
 * @returns {Part}
 */
function field(id, label, input, { form, hint }) {
  const described = [...(hint ? [`${id}-hint`] : []), `${form}-error`].join(' ');
  return [
    'div',
    { class: 'field' },
    ['label', { for: id, 'data-t': label }],
    ['input', { id, required: true, 'aria-describedby': described, ...input }],
    ...(hint ? [['p', { class: 'hint', id: `${id}-hint` }, ...hint]] : []),
  ];
}

/** @param {string} id @param {string} label @param {Readonly<Record<string, string>>} [input] @returns {Part} */
const check = (id, label, input) => ['div', { class: 'field check' }, ['input', { id, type: 'checkbox', ...input }], ['label', { for: id, 'data-t': label }]];

/** @param {string} tag @param {string} name @param {string} key @returns {Part} */
const heading = (tag, name, key) => [tag, { id: `${name}-heading`, 'data-t': key }];

const PASSWORD = { type: 'password', autocomplete: 'current-password' };
const CODE = { type: 'text', autocomplete: 'one-time-code', autocapitalize: 'characters', spellcheck: 'false' };

/**
 * The parts, in their order, with headings of that tag; where the whole has a heading of its own, the first part has none.
 *
 * @param {{ tag: string, isUnderHeading?: boolean }} headings
 * @returns {readonly Part[]}
 */
export const accountParts = ({ tag, isUnderHeading = false }) => [
  [
    'section',
    isUnderHeading ? { id: 'account' } : { id: 'account', 'aria-labelledby': 'account-heading' },
    ...(isUnderHeading ? [] : [heading(tag, 'account', 'account.heading')]),
    [
      'form',
      { id: 'account-form' },
      field('account-name', 'account.name', { name: 'name', type: 'text', autocomplete: 'name', maxlength: MAX_NAME }, { form: 'account', hint: [['span', { 'data-t': 'account.name_hint' }]] }),
      status('account'),
      error('account'),
      submit('account.rename'),
    ],
  ],
  [
    'section',
    { id: 'password-part', 'aria-labelledby': 'password-heading' },
    heading(tag, 'password', 'desk.password'),
    [
      'details',
      { id: 'password-change' },
      ['summary', { 'data-t': 'page.change_password' }],
      [
        'form',
        { id: 'password-form' },
        // Password managers look for whose password it is.
        ['label', { hidden: true }, ['span', { 'data-t': 'desk.email' }], ['input', { id: 'password-of', type: 'email', autocomplete: 'username', readonly: true }]],
        field('current_password', 'page.current_password', { name: 'current_password', ...PASSWORD }, { form: 'password' }),
        field(
          'new_password',
          'desk.new_password',
          { name: 'password', type: 'password', autocomplete: 'new-password' },
          { form: 'password', hint: [['span', { id: 'password-rule' }], ['span', { 'data-t': 'desk.password_tip' }]] },
        ),
        check('show-passwords', 'page.show_passwords'),
        error('password'),
        submit('page.change_password'),
      ],
    ],
  ],
  [
    'section',
    { id: 'address', 'aria-labelledby': 'address-heading', hidden: true },
    heading(tag, 'address', 'account.email_heading'),
    ['p', { id: 'address-is' }],
    [
      'details',
      { id: 'address-change' },
      ['summary', { 'data-t': 'account.email_change' }],
      [
        'form',
        { id: 'address-form' },
        field('new-email', 'account.email_new', { name: 'email', type: 'email', autocomplete: 'email' }, { form: 'address' }),
        field('email-password', 'page.current_password', { name: 'password', ...PASSWORD }, { form: 'address' }),
        status('address'),
        error('address'),
        submit('account.email_ask'),
      ],
      ['form', { id: 'address-code-form', hidden: true }, field('email-code', 'desk.code', { name: 'code', ...CODE }, { form: 'address-code' }), error('address-code'), submit('account.email_change')],
    ],
  ],
  [
    'section',
    { id: 'letters', 'aria-labelledby': 'letters-heading', tabindex: -1, hidden: true },
    heading(tag, 'letters', 'mail.heading'),
    ...Object.entries(LETTERS).map(([name, about]) => check(`letter-${name}`, about)),
    status('letters'),
    error('letters'),
  ],
  [
    'section',
    { id: 'listed', 'aria-labelledby': 'listed-heading', hidden: true },
    heading(tag, 'listed', 'account.listed_heading'),
    check('listed-box', 'account.listed', { 'aria-describedby': 'listed-hint listed-error' }),
    ['p', { class: 'hint', id: 'listed-hint', 'data-t': 'account.listed_hint' }],
    status('listed'),
    error('listed'),
  ],
  [
    'section',
    { id: 'leaving' },
    ['button', { type: 'button', class: 'quiet', id: 'leave-ask', 'data-t': 'account.leave_ask' }],
    [
      'dialog',
      { id: 'leave', 'aria-labelledby': 'leave-heading', 'aria-describedby': 'leave-text leave-stays' },
      [
        'form',
        { id: 'leave-form' },
        heading('h2', 'leave', 'account.leave_heading'),
        ['p', { id: 'leave-text', 'data-t': 'account.leave_erased' }],
        ['p', { id: 'leave-stays', 'data-t': 'account.leave_stays' }],
        field('leave-password', 'account.leave_password', { name: 'password', ...PASSWORD }, { form: 'leave' }),
        error('leave'),
        ['div', { class: 'actions' }, ['button', { type: 'button', class: 'quiet', id: 'leave-keep', 'data-t': 'account.stay' }], submit('account.leave')],
      ],
    ],
  ],
];
