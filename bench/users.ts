// Users for tests and measurements, in many scripts: node bench/users.ts COUNT [SEED] > users.ndjson
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { allLocales, Faker } from "@faker-js/faker";

/** Latin, Cyrillic, Greek, Arabic, Hebrew, Devanagari, Han, Hangul, Kana, Thai, Georgian, Armenian, Thaana. */
const LOCALES = [
  ...(["en", "de", "fr", "es", "pt_BR", "pl", "cs_CZ", "tr", "vi", "yo_NG", "az"] as const),
  ...(["ru", "uk", "mk", "mn_MN_cyrl", "el", "ar", "fa", "ur", "he", "dv", "ne", "bn_BD"] as const),
  ...(["zh_CN", "zh_TW", "ja", "ko", "th", "ka_GE", "hy"] as const),
];

/** A user in the JSON of the schema. */
export interface SampleUser {
  readonly external_id: string;
  readonly email: string;
  readonly name: string;
  readonly display_name: string;
  readonly about?: string;
  readonly project?: string;
  readonly status: string;
  readonly metadata: object;
}

/** The same seed makes the same users, and a larger count more of them. E-mails and external ids are unique. */
export function* sampleUsers(count: number, seed = 1): Generator<SampleUser> {
  const fakers = LOCALES.map((locale, index) => {
    const faker = new Faker({ locale: [allLocales[locale], allLocales.en, allLocales.base], seed: seed * 1000 + index });
    faker.setDefaultRefDate("2026-01-01T00:00:00Z");
    return faker;
  });
  const dice = new Faker({ locale: [allLocales.en, allLocales.base], seed });
  for (let index = 0; index < count; index += 1) {
    yield sampleUser(dice.helpers.arrayElement(fakers), `${seed}-${index}`);
  }
}

function sampleUser(faker: Faker, unique: string): SampleUser {
  const fullName = faker.person.fullName();
  const address = toWord(fullName).slice(0, 40) || "user";
  return {
    external_id: `crm/${unique}`,
    email: `${address}.${unique}@${faker.helpers.arrayElement(DOMAINS)}`,
    name: toName(fullName),
    display_name: `${fullName} (${unique})`.replace(/\p{Cc}/gu, "").slice(-100),
    ...faker.helpers.maybe(() => ({ about: faker.lorem.paragraphs({ min: 1, max: 3 }) }), { probability: 0.5 }),
    ...faker.helpers.maybe(() => ({ project: `project_${faker.number.int({ max: 50 })}` }), { probability: 0.7 }),
    status: faker.helpers.weightedArrayElement(STATUSES),
    metadata: sampleMetadata(faker),
  };
}

const DOMAINS = ["example.com", "example.org", "mail.example.net", "пример.example", "例え.example"];

const STATUSES = [
  { weight: 8, value: "USER_STATUS_ACTIVE" },
  { weight: 1, value: "USER_STATUS_INVITED" },
  { weight: 1, value: "USER_STATUS_SUSPENDED" },
];

function sampleMetadata(faker: Faker): object {
  return {
    plan: faker.helpers.arrayElement(["free", "team", "enterprise", null]),
    job: faker.person.jobTitle(),
    tags: faker.helpers.arrayElements(["beta", "vip", "näkyvä", "日本", "трафик", "'; --"], { min: 0, max: 3 }),
    address: {
      city: faker.location.city(),
      country: faker.location.countryCode(),
      geo: { latitude: faker.location.latitude(), longitude: faker.location.longitude() },
    },
    logins: faker.number.int({ max: 2 ** 40 }),
    verified: faker.datatype.boolean(),
    joined: faker.date.past({ years: 10 }).toISOString(),
  };
}

/** What the rule for names allows: a letter first, nothing but letters, marks, digits, connectors, punctuation and spaces. */
function toName(text: string): string {
  const name = text
    .normalize("NFC")
    .replace(/[^\p{ID_Start}\p{Mn}\p{Mc}\p{Nd}\p{Pc}\p{Pattern_Syntax}\p{Pattern_White_Space}]/gu, "")
    .replace(/^[^\p{L}]+/u, "");
  return [...name].slice(0, 120).join("");
}

/** Letters and digits, joined by dots. */
function toWord(text: string): string {
  return text
    .normalize("NFC")
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}]+/gu, ".")
    .replace(/^\.|\.$/g, "");
}

function* toLines(users: Iterable<SampleUser>): Generator<string> {
  for (const user of users) {
    yield `${JSON.stringify(user)}\n`;
  }
}

if (import.meta.main) {
  const [count = Number.NaN, seed = 1] = process.argv.slice(2).map(Number);
  if (!Number.isSafeInteger(count) || !Number.isSafeInteger(seed)) {
    console.error("usage: node bench/users.ts COUNT [SEED]");
    process.exit(2);
  }
  await pipeline(Readable.from(toLines(sampleUsers(count, seed))), process.stdout);
}
