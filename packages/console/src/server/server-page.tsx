import type { Duration } from "@bufbuild/protobuf/wkt";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import { type GetServerInfoResponse, ServerService } from "../api/schema.ts";
import { useTitle } from "../router/use-title.ts";
import { Fact, FactCard } from "../ui/fact.tsx";
import { Failed, Loading } from "../ui/states.tsx";

/** What this server is, and where its limits are. */
export function ServerPage() {
  useTitle("Server");
  const { data, error, refetch } = useQuery(ServerService.method.getServerInfo, {});
  return (
    <div className="page page-scroll">
      <div className="page-head">
        <h1>Server</h1>
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

function Info({ info: { version, engine, features, limits, retention } }: { readonly info: GetServerInfoResponse }) {
  return (
    <div className="server-cards">
      <FactCard title="What it is">
        <Fact label="Version">{version}</Fact>
        <Fact label="Database">{engine === "sqlite" ? "SQLite" : engine === "postgres" ? "PostgreSQL" : engine}</Fact>
        <Fact label="Switched on">{features.join(", ").replaceAll("_", " ") || "–"}</Fact>
      </FactCard>
      <FactCard title="Retention">
        <Fact label="Changes of users">{durationText(retention?.changes)}</Fact>
        <Fact label="Audit log">{durationText(retention?.auditEntries)}</Fact>
        <Fact label="First answers, for repeats">{durationText(retention?.answers)}</Fact>
        <Fact label="Page tokens">{durationText(retention?.pageTokens)}</Fact>
      </FactCard>
      <FactCard title="Limits">
        <Fact label="Message">{`${Number(limits?.maxMessageBytes ?? 0n) / 2 ** 20} MiB`}</Fact>
        <Fact label="Page of a list">{String(limits?.maxPageSize)}</Fact>
        <Fact label="Filter">{`${limits?.maxFilterBytes} bytes, ${limits?.maxFilterTerms} terms`}</Fact>
        <Fact label="Open streams">{(limits?.maxStreams ?? 0).toLocaleString("en")}</Fact>
        <Fact label="Long lists of a caller">{String(limits?.maxLongLists)}</Fact>
      </FactCard>
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
  if (duration === undefined) return "–";
  const ms = durationMs(duration);
  const [unit, size] = UNITS.find(([, length]) => ms >= length && ms % length === 0) ?? ["second", 1_000];
  const count = ms / size;
  return `${count.toLocaleString("en")} ${unit}${count === 1 ? "" : "s"}`;
}
