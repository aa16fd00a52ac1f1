import type { Duration } from "@bufbuild/protobuf/wkt";
import { durationMs } from "@bufbuild/protobuf/wkt";
import { useQuery } from "@connectrpc/connect-query";
import type { ReactNode } from "react";
import { type GetServerInfoResponse, ServerService } from "../api/schema.ts";
import { useTitle } from "../router/use-title.ts";
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
      <Card title="What it is">
        <Row name="Version">{version}</Row>
        <Row name="Database">{engine === "sqlite" ? "SQLite" : engine === "postgres" ? "PostgreSQL" : engine}</Row>
        <Row name="Switched on">{features.join(", ").replaceAll("_", " ") || "–"}</Row>
      </Card>
      <Card title="Retention">
        <Row name="Changes of users">{durationText(retention?.changes)}</Row>
        <Row name="Audit log">{durationText(retention?.auditEntries)}</Row>
        <Row name="First answers, for repeats">{durationText(retention?.answers)}</Row>
        <Row name="Page tokens">{durationText(retention?.pageTokens)}</Row>
      </Card>
      <Card title="Limits">
        <Row name="Message">{`${Number(limits?.maxMessageBytes ?? 0n) / 2 ** 20} MiB`}</Row>
        <Row name="Page of a list">{String(limits?.maxPageSize)}</Row>
        <Row name="Filter">{`${limits?.maxFilterBytes} bytes, ${limits?.maxFilterTerms} terms`}</Row>
        <Row name="Open streams">{(limits?.maxStreams ?? 0).toLocaleString("en")}</Row>
        <Row name="Long lists of a caller">{String(limits?.maxLongLists)}</Row>
      </Card>
    </div>
  );
}

function Card({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section className="card" aria-label={title}>
      <div className="card-head">
        <h2>{title}</h2>
      </div>
      <dl className="facts">{children}</dl>
    </section>
  );
}

function Row({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="fact">
      <dt>{name}</dt>
      <dd>{children}</dd>
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
