import { useRouter } from "@tanstack/react-router";
import { ErrorState } from "@/kit/ErrorState";

export function RouteError({ error }: { error: unknown }) {
  const router = useRouter();
  return (
    <main>
      <ErrorState error={error} onRetry={() => void router.invalidate()} />
    </main>
  );
}
