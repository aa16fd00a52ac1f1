import fc from "fast-check";
import type { Account } from "../../src/directory/accounts/account.ts";
import { type ApiKey, ROLES } from "../../src/directory/keys/api-key.ts";
import type { Session } from "../../src/directory/sessions/session.ts";
import type { NewUser } from "../../src/directory/store/users.ts";
import type { JsonObject } from "../../src/directory/values/json.ts";

/** Few keys and values, so that filters and users meet; each is there because something could trip over it. */
const KEYS = ["a", "b", "a.b", 'q"', "q'", "\\", "$", "0", "é😀", "%", "__proto__", "\n"];
/** Places that those keys come together at, to be declared as indexed. */
export const INDEXED_PATHS = [...KEYS.slice(0, 6).map((key) => [key]), ["a", "b"], ["$", "0"], ["x"], ["plan"]];

const TEXTS = [
  "",
  "a",
  "A",
  "ab",
  "a%",
  "a_",
  "%",
  "é",
  "e\u0301",
  "\uFFFD",
  "😀",
  "1",
  "true",
  "null",
  "'",
  '"',
  "\\",
  "\n",
];
const NUMBERS = [0, -0, 1, -1, 1.5, 0.1, 2 ** 53, 2 ** 60, 1e21, 1e-7, 5e-324, 1.7976931348623157e308];
const EMAILS = ["a@b.org", "A@b.org", " a@B.ORG", "é@b.org", "E\u0301@b.org", "b@b.org"];
const STATUSES = ["INVITED", "ACTIVE", "SUSPENDED"] as const;
const MAX_TIME = 253_402_300_799_000_000;

const key = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...KEYS) }, wellFormed(1));
const text = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...TEXTS) }, wellFormed(0));
const number = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NUMBERS) },
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const scalar = fc.oneof(text, number, fc.boolean(), fc.constant(null));
const time = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 4_000_000_000_000_000 }));

/** Without U+0000: the directory has none. */
function wellFormed(minLength: number) {
  return fc.string({ unit: "binary", minLength, maxLength: 3 }).filter((value) => !value.includes("\0"));
}

// Objects made of pairs, so that `__proto__` is a key.
const { value: json } = fc.letrec((tie) => ({
  value: fc.oneof(
    { weight: 4, arbitrary: scalar },
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 3 }).map(Object.fromEntries),
  ),
}));
const metadata = fc.array(fc.tuple(key, json), { maxLength: 4 }).map((pairs): JsonObject => Object.fromEntries(pairs));
const optional = fc.option(text);
const address = fc.option(fc.constantFrom(...EMAILS));

/** Where lists may be. */
export const somePath = fc.array(key, { minLength: 1, maxLength: 2 });

export const someUser: fc.Arbitrary<Partial<NewUser>> = fc.record({
  externalId: optional,
  email: address,
  emailVerifyTime: fc.option(time, { nil: null }),
  name: optional,
  displayName: optional,
  about: text,
  project: optional,
  status: fc.constantFrom(...STATUSES),
  superAdmin: fc.boolean(),
  createTime: time,
  metadata,
});

export const someSession: fc.Arbitrary<Pick<Session, "externalId" | "createTime" | "updateTime" | "endTime" | "metadata">> =
  fc.record({
    externalId: fc.option(text),
    createTime: time,
    updateTime: time,
    endTime: fc.option(time),
    metadata,
  });

export type ApiKeyValues = Omit<ApiKey, "accountId" | "id" | "userId" | "certificateNames" | "rateLimit">;

export const someApiKey: fc.Arbitrary<ApiKeyValues> = fc.record({
  displayName: text,
  role: fc.constantFrom(...ROLES),
  requireNonce: fc.boolean(),
  createTime: time,
  expireTime: fc.option(time),
  lastUseTime: fc.option(time),
  revokeTime: fc.option(time),
});

export const someAccount: fc.Arbitrary<Pick<Account, "name" | "status" | "metadata" | "updateTime">> = fc.record({
  name: text,
  status: fc.constantFrom("ACTIVE", "SUSPENDED"),
  metadata,
  updateTime: time,
});

const quoted = (value: string) => JSON.stringify(value);
const numeral = (value: number) => (Object.is(value, -0) ? "-0.0" : String(value));
const literal = scalar.map((value) =>
  typeof value === "string" ? quoted(value) : typeof value === "number" ? numeral(value) : String(value),
);
const path = fc
  .array(key, { minLength: 1, maxLength: 3 })
  .map((keys) => `metadata${keys.map((k) => `[${quoted(k)}]`).join("")}`);
const operator = fc.constantFrom("==", "!=", "<", "<=", ">", ">=");
const method = fc.constantFrom("startsWith", "endsWith", "contains");
const textField = fc.constantFrom("id", "account_id", "external_id", "email", "name", "display_name", "about", "project");
const timeField = fc.constantFrom("create_time", "update_time", "delete_time", "email_verify_time");
const email = fc.constantFrom("a@b.org", "A@B.org ", "\u00c9@b.org", "e\u0301@b.org", "c@b.org");
const instant = fc
  .oneof(
    time,
    fc.integer({ min: -62_135_596_800, max: MAX_TIME / 1_000_000 }).map((seconds) => seconds * 1_000_000),
  )
  .map((micros) => {
    const seconds = Math.floor(micros / 1_000_000);
    const fraction = String(micros - seconds * 1_000_000).padStart(6, "0");
    return `timestamp("${new Date(seconds * 1000)
      .toISOString()
      .replace(/^\+?0*(\d{4}-)/, "$1")
      .slice(0, 19)}.${fraction}Z")`;
  });

/** Null has no order. */
const ordered = (sign: string, value: string) => (value === "null" && /[<>]/.test(sign) ? "==" : sign);
const compare = (place: fc.Arbitrary<string>, value: fc.Arbitrary<string>) =>
  fc.oneof(
    fc.tuple(place, operator, value).map(([left, sign, right]) => `${left} ${ordered(sign, right)} ${right}`),
    fc.tuple(value, operator, place).map(([left, sign, right]) => `${left} ${ordered(sign, left)} ${right}`),
    fc.tuple(place, fc.array(value, { maxLength: 3 })).map(([left, list]) => `${left} in [${list.join(", ")}]`),
  );
const match = (place: fc.Arbitrary<string>) =>
  fc.tuple(place, method, text).map(([value, name, part]) => `${value}.${name}(${quoted(part)})`);

const metadataTerm = fc.oneof(
  { weight: 4, arbitrary: compare(path, literal) },
  { weight: 2, arbitrary: fc.tuple(literal, path).map(([member, list]) => `${member} in ${list}`) },
  { weight: 2, arbitrary: match(path) },
  path.map((place) => `has(${place})`),
  path,
);

const userTerm = fc.oneof(
  { weight: 9, arbitrary: metadataTerm },
  compare(textField, text.map(quoted)),
  compare(fc.constant("email"), email.map(quoted)),
  compare(timeField, instant),
  compare(fc.constant("version"), number.map(numeral)),
  compare(fc.constant("super_admin"), fc.boolean().map(String)),
  fc.tuple(operator, fc.constantFrom(...STATUSES)).map(([sign, status]) => `status ${sign} "${status}"`),
  match(textField),
  fc.oneof(textField, timeField).map((place) => `has(${place})`),
  fc.constant("super_admin"),
);

const sessionText = fc.constantFrom("id", "account_id", "user_id", "external_id");
const sessionTime = fc.constantFrom("create_time", "update_time", "end_time");
const sessionTerm = fc.oneof(
  { weight: 4, arbitrary: metadataTerm },
  compare(sessionText, text.map(quoted)),
  compare(sessionTime, instant),
  match(sessionText),
  fc.oneof(sessionText, sessionTime).map((place) => `has(${place})`),
);

const keyText = fc.constantFrom("id", "account_id", "user_id", "display_name");
const keyTime = fc.constantFrom("create_time", "expire_time", "last_use_time", "revoke_time");
const keyTerm = fc.oneof(
  compare(keyText, text.map(quoted)),
  compare(keyTime, instant),
  compare(fc.constant("require_nonce"), fc.boolean().map(String)),
  fc.tuple(operator, fc.constantFrom(...ROLES)).map(([sign, role]) => `role ${sign} "${role}"`),
  match(keyText),
  fc.oneof(keyText, keyTime).map((place) => `has(${place})`),
  fc.constant("require_nonce"),
);

const accountText = fc.constantFrom("id", "name", "slug");
const accountTime = fc.constantFrom("create_time", "update_time");
const accountTerm = fc.oneof(
  { weight: 3, arbitrary: metadataTerm },
  compare(accountText, text.map(quoted)),
  compare(accountTime, instant),
  compare(fc.constant("revision"), number.map(numeral)),
  fc.tuple(operator, fc.constantFrom("ACTIVE", "SUSPENDED")).map(([sign, status]) => `status ${sign} "${status}"`),
  match(accountText),
  fc.oneof(accountText, accountTime).map((place) => `has(${place})`),
);

/** The text of a filter that is right: of users, of sessions, of keys, and of accounts. */
export const someFilter = filterOf(userTerm);
/** Of metadata alone. */
export const someMetadataFilter = filterOf(metadataTerm);
export const someSessionFilter = filterOf(sessionTerm);
export const someApiKeyFilter = filterOf(keyTerm);
export const someAccountFilter = filterOf(accountTerm);

/** What filters of other resources are made of. */
export const filterTerms = { text, number, quoted, numeral, instant, compare, match, filterOf };

function filterOf(term: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.letrec<{ filter: string }>((tie) => ({
    filter: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      { weight: 3, arbitrary: term },
      fc.tuple(tie("filter"), fc.constantFrom("&&", "||"), tie("filter")).map(([a, sign, b]) => `(${a} ${sign} ${b})`),
      tie("filter").map((inner) => `!(${inner})`),
    ),
  })).filter;
}
