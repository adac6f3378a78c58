import { useQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { boardOptions } from "@/api/projects";
import { useCan } from "@/api/useCan";
import { BoardSkeleton } from "@/features/board/BoardSkeleton";
import { BoardView } from "@/features/board/BoardView";
import { IdeaBox } from "@/features/idea/IdeaBox";
import { ProgressCard } from "@/features/idea/ProgressCard";
import { NewItem } from "@/features/work_item/NewItem";
import { Key } from "@/kit/Key";
import { Loaded } from "@/kit/Loaded";
import { itemsMadeBy } from "@/lib/board";
import { useLiveExecution } from "./useLiveExecution";

/** The board, with the idea box above it and the open work item beside it. */
export function ProjectPage() {
  const { key } = useParams({ from: "/shell/projects/$key" });
  // A new project is a new page: no state of the last one may stay.
  return <ProjectBoard key={key} projectKey={key} />;
}

function ProjectBoard({ projectKey }: { projectKey: string }) {
  const query = useQuery(boardOptions(projectKey));
  const navigate = useNavigate({ from: "/projects/$key" });
  const { execution } = useSearch({ from: "/shell/projects/$key" });
  const canStart = useCan("execute_workflow");
  const [creatingIn, setCreatingIn] = useState<string | null>(null);
  const [again, setAgain] = useState("");
  const running = useLiveExecution(projectKey, execution === undefined);
  const shown = execution ?? running;
  const show = (id: string | undefined) =>
    navigate({ search: { execution: id }, replace: true, resetScroll: false });

  return (
    <>
      {!query.data && <h1 className="sr-only">{projectKey}</h1>}
      <Loaded query={query} skeleton={<BoardSkeleton />}>
        {(board) => {
          const isEmpty =
            board.epics.length + board.columns.flatMap((each) => each.items).length === 0;
          return (
            <div className="flex min-h-full flex-col md:h-full md:min-h-[40rem]">
              <header className="flex min-h-14 shrink-0 items-center gap-3 px-4 pt-2 md:px-6">
                <Key>{board.project.key}</Key>
                <h1 className="truncate font-semibold text-lg tracking-tight">
                  <bdi>{board.project.name}</bdi>
                </h1>
                <p
                  className="align-page min-w-0 flex-1 truncate text-muted text-sm max-md:hidden"
                  dir="auto"
                >
                  {board.project.description}
                </p>
              </header>
              <div className="flex shrink-0 flex-col gap-3 px-4 md:px-6">
                {shown === undefined && canStart && (
                  <IdeaBox
                    key={again}
                    projectKey={projectKey}
                    isFirst={isEmpty}
                    initialIdea={again}
                    onStarted={(started) => void show(started.id)}
                  />
                )}
                {shown !== undefined && (
                  <ProgressCard
                    key={shown}
                    executionId={shown}
                    projectKey={projectKey}
                    madeCount={itemsMadeBy(board, shown).length}
                    onDismiss={() => void show(undefined)}
                    onTryAgain={(idea) => {
                      setAgain(idea);
                      void show(undefined);
                    }}
                  />
                )}
              </div>
              <BoardView
                board={board}
                onCreate={(column) => setCreatingIn(column ?? board.columns[0]?.name ?? "")}
              />
              <NewItem board={board} column={creatingIn} onClose={() => setCreatingIn(null)} />
              <Outlet />
            </div>
          );
        }}
      </Loaded>
    </>
  );
}
