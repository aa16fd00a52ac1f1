/**
 * The SPIFFE id and the DNS names of a certificate, from its alternative names as Node writes them. A certificate with several URIs has no
 * SPIFFE id (SPIFFE X.509-SVID, 2).
 */
export function certificateNames(subjectAltName = ""): string[] {
  const names = parse(subjectAltName);
  const uris = names.filter(({ type }) => type === "URI");
  const ids = uris.length === 1 ? uris.filter(({ value }) => value.startsWith("spiffe://")) : [];
  const hosts = names.filter(({ type }) => type === "DNS");
  return [...new Set([...ids.map(({ value }) => value), ...hosts.map(({ value }) => value.toLowerCase())])];
}

interface Name {
  readonly type: string;
  readonly value: string;
}

/** `DNS:example.org, URI:spiffe://…`. Node quotes a value that could be taken for more than one. */
const NAME = /([^:",]+):("(?:[^"\\]|\\.)*"|[^",]*)(?:, |$)/y;

/** None, if any of it is not understood. */
function parse(text: string): Name[] {
  const names: Name[] = [];
  for (let end = 0; end < text.length; end = NAME.lastIndex) {
    NAME.lastIndex = end;
    const [, type, value] = NAME.exec(text) ?? [];
    if (type === undefined || value === undefined) {
      return [];
    }
    names.push({ type, value });
  }
  return names;
}
