const PLAIN = /^[A-Za-z_$][\w$]*$/;

/** A place in a JSON value, as callers write it: `metadata.address["first line"][0]`. */
export function pathText(root: string, path: ReadonlyArray<string | number>): string {
  return path.reduce((text: string, step) => text + stepText(step), root);
}

function stepText(step: string | number): string {
  if (typeof step === "number") {
    return `[${step}]`;
  }
  return PLAIN.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
}
