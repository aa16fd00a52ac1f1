import { expect, test } from "vitest";
import { certificateNames } from "../../src/server/tls/certificate-names.ts";

test.each([
  ["a SPIFFE id", "URI:spiffe://example.org/billing", ["spiffe://example.org/billing"]],
  ["a DNS name", "DNS:billing.example.org", ["billing.example.org"]],
  ["DNS names in lower case", "DNS:Billing.EXAMPLE.org, DNS:b", ["billing.example.org", "b"]],
  ["a SPIFFE id as it is", "URI:spiffe://example.org/Billing", ["spiffe://example.org/Billing"]],
  ["both, each once", "DNS:b, URI:spiffe://o/b, DNS:B", ["spiffe://o/b", "b"]],
  [
    "what stands among other names",
    'email:a@b.c, DNS:a, IP Address:0:0:0:0:0:0:0:1, othername:<unsupported>, DirName:"O=My\\\\\\u002c Org", Registered ID:1.2.3, DNS:b',
    ["a", "b"],
  ],
  ["a wildcard as it is", "DNS:*.example.org", ["*.example.org"]],
])("finds %s", (_, text, names) => {
  expect(certificateNames(text)).toEqual(names);
});

test.each([
  ["no names", ""],
  ["a URI of another scheme", "URI:https://example.org/billing"],
  ["a scheme in capitals, which SPIFFE does not have", "URI:SPIFFE://example.org/billing"],
  ["two URIs, which SPIFFE forbids", "URI:spiffe://example.org/a, URI:spiffe://example.org/b"],
  ["a SPIFFE id beside another URI", "URI:spiffe://example.org/a, URI:https://example.org"],
  ["an address", "IP Address:10.0.0.1"],
  ["what is not understood, whatever else there is", 'DNS:a, nonsense, URI:spiffe://example.org/b"'],
])("finds nothing in %s", (_, text) => {
  expect(certificateNames(text)).toEqual([]);
});

test("a name that looks like several is one, as Node quotes it, and no name that a key can have", () => {
  const quoted = JSON.stringify("a, URI:spiffe://example.org/victim, DNS:victim, b");
  for (const names of [certificateNames(`DNS:${quoted}`), certificateNames(`URI:${quoted}, DNS:c`)]) {
    expect(names).not.toContain("spiffe://example.org/victim");
    expect(names).not.toContain("victim");
  }
});
