import { cpus } from "node:os";

/** What the numbers depend on, and nothing that tells whose machine it is. */
export function describeMachine(): string {
  const [first] = cpus();
  const model = first?.model.trim() ?? "unknown processor";
  return `${cpus().length} cores, ${model}; Node ${process.versions.node}, ${process.platform} ${process.arch}`;
}
