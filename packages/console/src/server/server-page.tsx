import type { Duration } from "@bufbuild/protobuf/wkt";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { type GetServerInfoResponse, ServerService } from "../api/schema.ts";
import { useTitle } from "../router/use-title.ts";
import { useSession } from "../session/session.ts";
import { IconButton } from "../ui/button.tsx";
import { Fact, FactCard } from "../ui/fact.tsx";
import { Failed, Loading } from "../ui/states.tsx";
import { Health } from "./health.tsx";
import { LimitFacts } from "./limit-facts.tsx";

/** What this server is, how it is, and where its limits are. */
export function ServerPage() {
  useTitle("Server");
  const { queryClient } = useSession();
  const { data, error, refetch } = useQuery(ServerService.method.getServerInfo, {});
  return (
    <div className="page page-scroll">
      <div className="page-head">
        <h1>Server</h1>
        <Health />
        <IconButton label="Look again" icon="refresh" onClick={() => void queryClient.invalidateQueries()} />
      </div>
      {error ? (
        <Failed error={error} onRetry={() => void refetch()} />
      ) : data === undefined ? (
        <Loading what="the server" />
      ) : (
        <Info info={data} />
      )}
    </div>
  );
}

function Info({
  info: { version, engine, features, limits, retention, methods },
}: {
  readonly info: GetServerInfoResponse;
}) {
  const { who } = useSession();
  return (
    <div className="server-cards">
      <FactCard title="What it is">
        <Fact label="Version">{version}</Fact>
        <Fact label="Database">{engine === "sqlite" ? "SQLite" : engine === "postgres" ? "PostgreSQL" : engine}</Fact>
        <Fact label="Switched on">{features.join(", ").replaceAll("_", " ")}</Fact>
        <Fact label="Calls">{`${methods.length}, of which you may make ${who.methods.length}`}</Fact>
      </FactCard>
      <FactCard title="Retention">
        <Fact label="Changes of users">{durationText(retention?.changes)}</Fact>
        <Fact label="Audit log">{durationText(retention?.auditEntries)}</Fact>
        <Fact label="First answers, for repeats">{durationText(retention?.answers)}</Fact>
        <Fact label="Page tokens">{durationText(retention?.pageTokens)}</Fact>
      </FactCard>
      {limits && <LimitFacts limits={limits} />}
    </div>
  );
}

const UNITS = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
] as const;

/** `7 days`. */
function durationText(duration: Duration | undefined): string {
  if (duration === undefined) return "";
  const ms = durationMs(duration);
  const [unit, size] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? ["second", 1_000];
  const count = ms / size;
  return `${count.toLocaleString("en")} ${unit}${count === 1 ? "" : "s"}`;
}
