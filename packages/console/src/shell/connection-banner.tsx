import { useConnection } from "../api/connection.ts";
import { Icon } from "../ui/icon.tsx";

/** Says that what is shown may be old. It lies over the page, so that nothing moves when it comes and goes. */
export function ConnectionBanner() {
  const connection = useConnection();
  return (
    <div className="banner-place" role="status">
      {connection !== "online" && (
        <p className="banner">
          <Icon name="warning" />
          {connection === "offline"
            ? "You are offline. What you see is what was loaded before."
            : "The server can't be reached. What you see is what was loaded before; it is tried again."}
        </p>
      )}
    </div>
  );
}
