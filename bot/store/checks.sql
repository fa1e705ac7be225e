-- The queries of `sevbot db check`, for both engines. They read every workspace and
-- take no parameters.

-- name: workspaces
SELECT DISTINCT workspace
FROM marks
ORDER BY workspace;

-- name: count_incidents
SELECT COUNT(*) AS incidents
FROM incidents;

-- name: number_gaps
-- The first number after each gap, and the last before it.
SELECT
  one.workspace, one.number,
  (
    SELECT MAX(earlier.number)
    FROM incidents AS earlier
    WHERE earlier.workspace = one.workspace
      AND earlier.number < one.number
  ) AS before
FROM incidents AS one
WHERE one.number > 1
  AND NOT EXISTS (
    SELECT 1
    FROM incidents AS neighbour
    WHERE neighbour.workspace = one.workspace
      AND neighbour.number = one.number - 1
  )
ORDER BY one.workspace, one.number;

-- name: last_numbers
SELECT
  counters.workspace, counters.value,
  (
    SELECT MAX(number)
    FROM incidents
    WHERE incidents.workspace = counters.workspace
  ) AS newest
FROM counters
WHERE name = 'incidents'
ORDER BY counters.workspace;

-- name: told_gaps
-- Gaps that are explained: a restored backup lacked these incidents, and the leads were
-- told so.
SELECT workspace, refs
FROM outbox
WHERE kind = 'lost_incidents'
ORDER BY id;

-- name: without_target
SELECT one.workspace, one.number, one.severity, one.plan, one.responded_at
FROM incidents AS one
WHERE one.status = 'open'
  AND NOT EXISTS (
    SELECT 1
    FROM deadlines AS owed
    WHERE owed.workspace = one.workspace
      AND owed.incident = one.number
      AND owed.kind IN ('first_response', 'update')
      AND owed.closed_at IS NULL
  )
ORDER BY one.workspace, one.number;

-- name: owed_after_all
SELECT owed.incident, owed.kind, owed.count
FROM deadlines AS owed
JOIN incidents AS one
  ON one.workspace = owed.workspace
  AND one.number = owed.incident
WHERE owed.closed_at IS NULL
  AND one.status <> 'open'
ORDER BY owed.workspace, owed.incident;

-- name: open_deadlines
-- Open deadlines that are not paused, when the last tick was, and when the last reminder
-- of each was queued.
SELECT
  owed.incident, owed.kind, owed.count, owed.step, owed.next_nudge_at, owed.due_at,
  tick.at,
  (
    SELECT MAX(message.queued_at)
    FROM outbox_items AS item
    JOIN outbox AS message
      ON message.workspace = item.workspace
      AND message.key = item.key
    WHERE item.workspace = owed.workspace
      AND item.incident = owed.incident
      AND item.deadline_kind = owed.kind
      AND item.deadline_count = owed.count
  ) AS queued_at
FROM deadlines AS owed
LEFT JOIN marks AS tick
  ON tick.workspace = owed.workspace
  AND tick.name = 'tick'
WHERE owed.closed_at IS NULL
  AND owed.paused_at IS NULL
ORDER BY owed.workspace, owed.incident;

-- name: stuck_messages
-- Messages that no sender will ever pick up: unconfirmed without a look-up, in state
-- sending without a lease, without an address, or in reply to a message that is missing.
SELECT message.key
FROM outbox AS message
WHERE message.state IN ('queued', 'sending', 'unconfirmed')
  AND (
    (message.state = 'unconfirmed' AND message.verify_at IS NULL)
    OR (message.state = 'sending' AND message.lease_until IS NULL)
    OR (message.conversation IS NULL AND message.person IS NULL)
    OR (
      message.thread_of IS NOT NULL
      AND NOT EXISTS (
        SELECT 1
        FROM outbox AS parent
        WHERE parent.workspace = message.workspace
          AND parent.key = message.thread_of
      )
    )
  )
ORDER BY message.id;
