import type { MessageInitShape } from "@bufbuild/protobuf";
import type { UserSchema } from "../../gen/roster/v1/user_pb.js";
import { UserStatus } from "../../gen/roster/v1/user_pb.js";

const FIRST = [
  "Ada",
  "Grace",
  "Katherine",
  "Barbara",
  "Radia",
  "Hedy",
  "Annie",
  "Karen",
  "Shafi",
  "Fei-Fei",
  "Mary",
  "Joan",
  "Lynn",
  "Evelyn",
];
const LAST = [
  "Okafor",
  "Nguyễn",
  "Lindqvist",
  "García",
  "Yılmaz",
  "Tanaka",
  "Kowalska",
  "Haddad",
  "Moreau",
  "Silva",
  "Petrov",
];
const PLANS = ["free", "pro", "team"];
const CITIES = ["Lagos", "Hanoi", "Uppsala", "Sevilla", "İzmir", "Osaka"];

/** So many users who look like those of a real directory. */
export function people(count: number): Array<MessageInitShape<typeof UserSchema>> {
  return Array.from({ length: count }, (_, index) => {
    const [first, last] = [FIRST[index % FIRST.length] ?? "", LAST[(index * 7) % LAST.length] ?? ""];
    const status = index % 17 === 5 ? UserStatus.SUSPENDED : index % 11 === 3 ? UserStatus.INVITED : UserStatus.ACTIVE;
    return {
      displayName: `${first} ${last}`,
      email: `${first}.${index}@example.com`.toLowerCase(),
      externalId: `crm-${1000 + index}`,
      status,
      metadata: { plan: PLANS[index % 3] ?? "", seats: 1 + (index % 9), city: CITIES[index % 6] ?? "" },
    };
  });
}
