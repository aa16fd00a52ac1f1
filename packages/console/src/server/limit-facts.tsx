import type { ServerLimits } from "../api/schema.ts";
import { Fact, FactCard } from "../ui/fact.tsx";

const MIB = 2 ** 20;

/** How much a server takes. */
export function LimitFacts({ limits }: { readonly limits: ServerLimits }) {
  const number = (value: number | bigint) => value.toLocaleString("en");
  return (
    <>
      <FactCard title="Limits">
        <Fact label="Message">{`${Number(limits.maxMessageBytes) / MIB} MiB`}</Fact>
        <Fact label="Page of a list">{`${number(limits.maxPageSize)}, unasked ${number(limits.defaultPageSize)}`}</Fact>
        <Fact label="Chunk of an export">{`${number(limits.maxChunkSize)}, unasked ${number(limits.defaultChunkSize)}`}</Fact>
        <Fact label="Page of changes">
          {`${number(limits.maxChangePageSize)}, unasked ${number(limits.defaultChangePageSize)}`}
        </Fact>
        <Fact label="Filter">
          {`${number(limits.maxFilterBytes)} bytes, ${limits.maxFilterTerms} terms, ${limits.maxFilterDepth} levels`}
        </Fact>
        <Fact label="Open streams">{number(limits.maxStreams)}</Fact>
        <Fact label="Long lists of a caller">{number(limits.maxLongLists)}</Fact>
      </FactCard>
      <FactCard title="Rows of a call">
        {Object.entries(limits.maxItems)
          .toSorted(([one], [other]) => (one < other ? -1 : 1))
          .map(([field, most]) => (
            <Fact key={field} label={field.replace(/Request\..*/, "")}>
              {`${number(most)} ${field.replace(/.*\./, "").replaceAll("_", " ")}`}
            </Fact>
          ))}
      </FactCard>
    </>
  );
}
