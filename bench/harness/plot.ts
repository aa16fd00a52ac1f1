import type { Outcome } from "./outcome.ts";
import { median } from "./rounds.ts";
import { number } from "./table.ts";

const WIDTH = 820;
const LABELS = 200;
const VALUES = 130;
const BAR = 16;
const ROW = 22;
const TITLE = 30;
const GAP = 14;

/** What is counted per second as horizontal bars, each group by its own measure; readable on light and dark ground. */
export function toPlot(outcomes: readonly Outcome[]): string {
  const parts: string[] = [];
  let y = 0;
  for (const outcome of outcomes.filter(({ unit }) => unit.endsWith("/s"))) {
    parts.push(group(outcome, y));
    y += TITLE + Object.keys(outcome.samples).length * ROW + GAP;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y}" width="${WIDTH}" height="${y}" role="img">
<style>${STYLE}</style>
${parts.join("\n")}
</svg>
`;
}

const STYLE = `
text { font: 13px system-ui, sans-serif; fill: #1f2328 }
.title { font-weight: 600 }
.label { text-anchor: end }
.ours { fill: #0969da }
.theirs { fill: #afb8c1 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #4493f8 } .theirs { fill: #57606a } }
`;

function group({ work, unit, samples }: Outcome, top: number): string {
  const bars = Object.entries(samples).map(([name, values]) => ({ name, value: median(values) }));
  const longest = Math.max(...bars.map(({ value }) => value));
  const rows = bars.map(({ name, value }, index) => {
    const y = top + TITLE + index * ROW;
    const width = ((WIDTH - LABELS - VALUES) * value) / longest;
    const text = y + BAR - 3;
    return [
      `<text class="label" x="${LABELS - 8}" y="${text}">${escapeText(name)}</text>`,
      `<rect class="${index === 0 ? "ours" : "theirs"}" x="${LABELS}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" rx="2"/>`,
      `<text x="${(LABELS + width + 8).toFixed(1)}" y="${text}">${number(value)} ${unit}</text>`,
    ].join("");
  });
  return [`<text class="title" x="0" y="${top + 18}">${escapeText(work)}</text>`, ...rows].join("\n");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
