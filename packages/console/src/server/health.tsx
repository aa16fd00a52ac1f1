import { useQuery } from "@tanstack/react-query";
import { Badge } from "../ui/status.tsx";

const PACE_MS = 10_000;

/** Whether the server takes calls, as load balancers are told. */
export function Health() {
  const { data, error } = useQuery({ queryKey: ["readyz"], queryFn: askReady, refetchInterval: PACE_MS, retry: false });
  if (error) return <Badge tone="bad">Out of reach</Badge>;
  if (data === undefined) return <Badge>Asking…</Badge>;
  return data.ready ? <Badge tone="good">Ready</Badge> : <Badge tone="bad">{`Not ready: ${data.text}`}</Badge>;
}

async function askReady(): Promise<{ readonly ready: boolean; readonly text: string }> {
  const response = await fetch(new URL("readyz", document.baseURI), { cache: "no-store" });
  return { ready: response.ok, text: (await response.text()).trim() };
}
