import type { Problem } from "../../api/problem.ts";

/** What is wrong with a filter, and the very place. */
export function FilterProblem({
  id,
  filter,
  problem,
}: {
  readonly id: string;
  readonly filter: string;
  readonly problem: Problem;
}) {
  const { offset, message, fields } = problem;
  const characters = [...filter];
  const description = (fields[0]?.description ?? message).replace(/^at offset \d+: /, "");
  return (
    <div id={id} className="filter-problem" role="alert">
      {offset !== undefined && (
        <code className="filter-place">
          {characters.slice(0, offset).join("")}
          <mark>{characters[offset] ?? " "}</mark>
          {characters.slice(offset + 1).join("")}
        </code>
      )}
      <span>
        {offset === undefined ? "" : `Character ${offset + 1}: `}
        {description}
      </span>
    </div>
  );
}
