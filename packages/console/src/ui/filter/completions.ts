/** What may be put into a filter where the cursor is. */
export interface Completion {
  readonly text: string;
  readonly kind: "field" | "operator" | "function" | "value";
  readonly about?: string;
}

export interface Completions {
  /** Where the word begins that the chosen one takes the place of. */
  readonly from: number;
  readonly options: readonly Completion[];
}

/** The values of fields that have few: by their names in filters. */
export type FieldValues = Readonly<Record<string, readonly string[]>>;

const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];
const FUNCTIONS = ["startsWith", "endsWith", "contains"];
const MAX_OPTIONS = 12;

/** By what stands before the cursor, a filter of CEL can go on with a field, an operator, a function of text or a value. */
export function completionsAt(text: string, cursor: number, fields: readonly string[], values: FieldValues): Completions {
  const before = text.slice(0, cursor);
  if (insideText(before)) return { from: cursor, options: [] };
  const [word = ""] = /[\w.]*$/.exec(before) ?? [];
  const from = cursor - word.length;
  const options = optionsAfter(before.slice(0, from), word, fields, values);
  const wanted = word.toLowerCase();
  const fitting = options.filter((option) => option.text.toLowerCase().startsWith(wanted) && option.text !== word);
  return { from, options: fitting.slice(0, MAX_OPTIONS) };
}

function optionsAfter(before: string, word: string, fields: readonly string[], values: FieldValues): readonly Completion[] {
  const compared = /([\w.]+)\s*(?:==|!=|in\s*\[(?:[^\]]*,)?)\s*$/.exec(before)?.[1];
  if (compared !== undefined) return valueOptions(compared, values);
  if (/(?:[<>]=?|==|!=)\s*$/.test(before)) return valueOptions("", values);
  if (/(?:[\w\])"])\s+$/.test(before) && !/(?:&&|\|\||!|\()\s*$/.test(before)) return operatorOptions(before, fields);
  const dot = word.lastIndexOf(".");
  const field = word.slice(0, dot);
  if (dot > 0 && (fields.includes(field) || field.startsWith("metadata."))) {
    return FUNCTIONS.map((name) => ({ text: `${field}.${name}("`, kind: "function", about: "of text" }));
  }
  return [...fields.map((name): Completion => ({ text: name === "metadata" ? "metadata." : name, kind: "field" })), HAS];
}

const HAS: Completion = { text: "has(", kind: "function", about: "it is set" };

function valueOptions(field: string, values: FieldValues): readonly Completion[] {
  const known = values[field];
  if (known !== undefined) return known.map((value) => ({ text: value, kind: "value" }));
  return field.endsWith("_time") || field === "time" ? [{ text: 'timestamp("', kind: "function", about: "RFC 3339" }] : [];
}

function operatorOptions(before: string, fields: readonly string[]): readonly Completion[] {
  const [, last = ""] = /([\w.]+)\s+$/.exec(before) ?? [];
  const afterField = fields.includes(last) || last.startsWith("metadata.");
  const joins = ["&&", "||"].map(
    (text): Completion => ({ text: `${text} `, kind: "operator", about: text === "&&" ? "and" : "or" }),
  );
  const comparisons = [...COMPARISONS, "in ["].map(
    (text): Completion => ({ text: text === "in [" ? text : `${text} `, kind: "operator" }),
  );
  return afterField ? [...comparisons, ...joins] : joins;
}

function insideText(before: string): boolean {
  return (before.replace(/\\./g, "").match(/"/g) ?? []).length % 2 === 1;
}
