import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { toast } from "sonner";
import { signOut } from "@/api/identity";
import { asProblem } from "./problem";
import { rememberSignedIn } from "./signedIn";

export function useSignOut() {
  const navigate = useNavigate();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: signOut,
    onSuccess: async () => {
      rememberSignedIn(null);
      queryClient.clear();
      await navigate({ to: "/sign-in" });
    },
    onError: (error) => toast.error(asProblem(error).message),
  });
}
