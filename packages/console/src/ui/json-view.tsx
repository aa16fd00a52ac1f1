import type { JsonValue } from "@bufbuild/protobuf";
import type { ReactNode } from "react";

/** JSON with its parts told apart by colour. */
export function JsonView({ value }: { readonly value: JsonValue }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it may be wider than its place, and must scroll by keyboard then.
    <pre className="json" tabIndex={0}>
      {print(value, "")}
    </pre>
  );
}

function print(value: JsonValue, indent: string): ReactNode {
  if (typeof value === "string") return <span className="json-text">{JSON.stringify(value)}</span>;
  if (typeof value !== "object" || value === null) return <span className="json-plain">{JSON.stringify(value)}</span>;
  const entries = Array.isArray(value) ? value.map((each) => ["", each] as const) : Object.entries(value);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return `${open}${close}`;
  const inner = `${indent}  `;
  return (
    <>
      {open}
      {entries.map(([key, each], index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: places of a value have no other name.
        <span key={index}>
          {`\n${inner}`}
          {!Array.isArray(value) && (
            <>
              <span className="json-key">{JSON.stringify(key)}</span>
              {": "}
            </>
          )}
          {print(each, inner)}
          {index < entries.length - 1 ? "," : ""}
        </span>
      ))}
      {`\n${indent}${close}`}
    </>
  );
}
