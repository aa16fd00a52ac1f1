import { useQuery } from "@connectrpc/connect-query";
import { type Account, AccountService } from "../api/schema.ts";
import { hashOf, navigate, useRoute } from "../router/route.ts";
import { useAccount, useAccountId } from "../session/account.ts";
import { useMay, useSession } from "../session/session.ts";
import { Icon } from "../ui/icon.tsx";
import { Menu } from "../ui/menu.tsx";

const MOST = 100;

/** The account in view. Super admins may look into others. */
export function AccountSwitch() {
  const { who } = useSession();
  const account = useAccount();
  const accountId = useAccountId();
  const [view = "users"] = useRoute().path;
  const may = useMay(AccountService.method.listAccounts) && who.superAdmin;
  const { data } = useQuery(AccountService.method.listAccounts, { pageSize: MOST, orderBy: "name" }, { enabled: may });
  const name = account?.name || accountId || who.accountId;
  if (!may) {
    return (
      <p className="account account-fixed">
        <Icon name="account" />
        <span className="truncate">{name}</span>
      </p>
    );
  }
  const current = accountId || who.accountId;
  const items = (data?.accounts ?? []).map((each) => ({
    label: labelOf(each),
    checked: each.id === current,
    onSelect: () => navigate(hashOf([view], { account: each.id === who.accountId ? "" : each.id })),
  }));
  return (
    <div className="account-switch">
      <Menu label={`Account: ${name}`} className="account" items={items}>
        <Icon name="account" />
        <span className="truncate">{name}</span>
        <Icon name="down" size={12} />
      </Menu>
    </div>
  );
}

function labelOf({ name, slug }: Account): string {
  return name || slug || "";
}
