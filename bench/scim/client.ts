/** A page of users. */
interface Page {
  readonly totalResults: number;
  readonly Resources: ReadonlyArray<{ readonly id: string }>;
}

export interface ScimClient {
  readonly list: (query: string) => Promise<Page>;
  readonly create: (userName: string) => Promise<void>;
  readonly bulk: (userNames: readonly string[]) => Promise<void>;
}

/** A client of plain HTTP. Every answer is decoded and checked. */
export function scimClient(url: string, secret: string): ScimClient {
  async function call(method: string, path: string, status: number, body?: object): Promise<unknown> {
    const response = await fetch(`${url}/scim/v2${path}`, {
      method,
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/scim+json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (response.status !== status) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return JSON.parse(text);
  }

  return {
    list: async (query) => (await call("GET", `/Users?${query}`, 200)) as Page,
    create: async (userName) => {
      await call("POST", "/Users", 201, person(userName));
    },
    bulk: async (userNames) => {
      const operations = userNames.map((userName) => ({
        ...{ method: "POST", path: "/Users", bulkId: userName, data: person(userName) },
      }));
      const results = (await call("POST", "/Bulk", 200, { Operations: operations })) as Results;
      if (results.Operations.some(({ status }) => status !== "201")) throw new Error("not all users were created");
    },
  };
}

interface Results {
  readonly Operations: ReadonlyArray<{ readonly status: string }>;
}

function person(userName: string): object {
  return {
    userName,
    externalId: `00u${userName}`,
    active: true,
    name: { givenName: "Ada", familyName: "Lovelace" },
    displayName: "Ada Lovelace",
    emails: [{ value: userName, type: "work", primary: true }],
  };
}
