// The running `masthead dev` that `tests/astro/run` names.

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run these tests with tests/astro/run, which starts masthead dev`);
  return value;
}

export const stack = {
  url: required('MASTHEAD_URL'),
  email: 'demo@example.com',
  password: required('MASTHEAD_PASSWORD'),
  buildKey: required('STACK_BUILD_KEY'),
};

/** A README as a browser's file chooser gives it. */
export function markdown(name: string, text: string): File {
  return new File([text], name, { type: 'text/markdown' });
}
