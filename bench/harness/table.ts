import type { Outcome } from "./outcome.ts";
import { median } from "./rounds.ts";

/** The outcomes as a Markdown table. */
export function toTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.map(({ work, unit, samples, verdicts }) => {
    const [ours = "", ...others] = Object.entries(samples).map(([name, values], index) =>
      index === 0 ? spread(values, unit) : `${name}: ${spread(values, unit)}`,
    );
    return [
      work,
      ours,
      others.join("<br>"),
      verdicts.map(({ goal }) => goal).join("<br>"),
      verdicts.map(({ measured, met }) => `${measured} ${met ? "met" : "**not met**"}`).join("<br>"),
    ];
  });
  return [["work", "Roster", "beside", "goal", "result"], Array<string>(COLUMNS).fill("---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

const COLUMNS = 5;

/** The median, and from the least to the most. */
function spread(values: readonly number[], unit: string): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const range = values.length > 1 ? ` (${number(least)}–${number(most)})` : "";
  return `${number(median(values))} ${unit}${range}`;
}

const SEPARATORS = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function number(value: number): string {
  return value < SMALL ? value.toPrecision(2) : SEPARATORS.format(value).replaceAll(",", " ");
}

const SMALL = 100;
