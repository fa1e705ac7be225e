-- Every statement of the bot, by name, in the subset that SQLite and PostgreSQL share.
-- The transaction fills in :workspace. Time always comes in as a parameter.
-- A line that begins with FOR UPDATE is for PostgreSQL. SQLite has no row locks and
-- needs none: BEGIN IMMEDIATE admits one writer at a time.
-- Some UPDATEs pick their rows in a subquery with ORDER BY id FOR UPDATE. A plain
-- UPDATE locks rows in whatever order it reads them, so two of them could deadlock.
-- https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-DEADLOCKS
-- @columns stands for the list of that name, which may hold another; @table.columns and
-- @:columns put a table or a colon before each.

-- name: changing_incident_columns
severity, plan, customer, reported_at, status, owner, owned_since, offered_to,
offered_until, responded_at, updated_at, waiting_since, last_sign_at, closed_at,
closed_by, rotation, reopened_at

-- name: incident_columns
workspace, number, title, link, opened_by, channel, opened_at,
@changing_incident_columns

-- name: changing_deadline_columns
target, calendar, policy, is_aim, started_at, due_at, late_at, pauses, paused_at,
changed, step, fired, next_nudge_at, snoozed_until, missed_at, closed_at, outcome

-- name: deadline_columns
incident, kind, count, @changing_deadline_columns

-- name: message_columns
id, key, kind, priority, conversation, person, incident, thread_of, edit_of, refs,
state, attempts, lease_token, is_live, ts, rendered, queued_at, sent_at,
unconfirmed_at, unconfirmed_because, last_error, refused_since, deleted_at, folded_into

-- name: cover_columns
request, of_what, instead_of, begins_at, ends_at, asked_by, asked_of, asked_at,
accepted_by, accepted_at, withdrawn_by, withdrawn_at

-- name: event_columns
id, kind, at, recorded_at, by_person, details

-- name: person_columns
id, name, zone, dm, is_member, is_active, seen_at, quiet_until, quiet_hours

-- name: item_columns
incident, deadline_kind, deadline_count, fired, step, because, next_person, next_at,
held_at

-- name: receipt_columns
incident, deadline_kind, deadline_count, fired, place, step, due_at, outcome, reason,
held_until

-- name: suggestion_columns
about, candidates, decision, incident, by_person, decided_at

-- name: take_lock
SELECT name
FROM locks
WHERE workspace = :workspace
  AND name = :name
FOR UPDATE;

-- name: take_free_lock
-- No row means that another replica holds the lock, or that nobody has added it yet.
SELECT name
FROM locks
WHERE workspace = :workspace
  AND name = :name
FOR UPDATE SKIP LOCKED;

-- name: lock
SELECT name
FROM locks
WHERE workspace = :workspace
  AND name = :name;

-- name: add_lock
-- DO NOTHING would not lock the row that another replica just added. The update does,
-- so the second replica waits here until the first one commits.
INSERT INTO locks (workspace, name)
VALUES (:workspace, :name)
ON CONFLICT (workspace, name) DO UPDATE SET name = excluded.name
RETURNING name;

-- name: next_number
-- A sequence would leave a gap after each rollback. This row rolls back with the
-- incident, so the numbers have none.
INSERT INTO counters (workspace, name, value)
VALUES (:workspace, 'incidents', 1)
ON CONFLICT (workspace, name) DO UPDATE SET value = counters.value + 1
RETURNING value;

-- name: last_number
SELECT value
FROM counters
WHERE workspace = :workspace
  AND name = 'incidents';

-- name: advance_numbers
-- Numbers up to :value are taken by incidents that an older copy of the database lacks.
-- The CASE keeps the counter from going back if another replica was faster.
INSERT INTO counters (workspace, name, value)
VALUES (:workspace, 'incidents', :value)
ON CONFLICT (workspace, name) DO UPDATE
SET value = CASE
  WHEN excluded.value > counters.value THEN excluded.value
  ELSE counters.value
END
RETURNING value;

-- name: insert_incident
INSERT INTO incidents (
  @incident_columns
)
VALUES (
  @:incident_columns
)
RETURNING number;

-- name: update_incident
UPDATE incidents
SET (
  @changing_incident_columns
) = (
  @:changing_incident_columns
)
WHERE workspace = :workspace
  AND number = :number
RETURNING number;

-- name: incident
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND number = :number;

-- name: held_for_rotations
SELECT number, owner, rotation
FROM incidents
WHERE workspace = :workspace
  AND status = 'open'
  AND rotation IS NOT NULL
  AND owner IS NOT NULL
ORDER BY number;

-- name: lock_incident
-- Lock the incident's row before changing it, its deadlines or its history.
SELECT number
FROM incidents
WHERE workspace = :workspace
  AND number = :number
FOR UPDATE;

-- name: lock_free_incident
-- No row means that somebody is changing the incident now.
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND number = :number
FOR UPDATE SKIP LOCKED;

-- name: lock_due_incidents
-- Skip the incidents that somebody is changing now: the next tick finds them, and one
-- slow command must not hold up every reminder. Rows are locked in order of their
-- numbers, as everywhere else.
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND number IN (
    SELECT incident
    FROM deadlines
    WHERE workspace = :workspace
      AND next_nudge_at > :after
      AND next_nudge_at <= :by
    ORDER BY next_nudge_at, incident, kind, count
    LIMIT :most
  )
ORDER BY number
FOR UPDATE SKIP LOCKED;

-- name: lock_late_incidents
SELECT number
FROM incidents
WHERE workspace = :workspace
  AND number IN (
    SELECT incident
    FROM deadlines
    WHERE workspace = :workspace
      AND closed_at IS NULL
      AND missed_at IS NULL
      AND paused_at IS NULL
      AND late_at < :now
  )
ORDER BY number
FOR UPDATE SKIP LOCKED;

-- name: incidents_open_or_closed_since
-- Each half of the UNION has an index. One WHERE with OR would scan the whole history.
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND status = 'open'
UNION ALL
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND status <> 'open'
  AND closed_at >= :since
ORDER BY number;

-- name: open_deadlines
-- SQLite never reorders a CROSS JOIN, so it starts from the few open incidents.
-- https://www.sqlite.org/optoverview.html
SELECT
  @owed.deadline_columns
FROM incidents AS one
CROSS JOIN deadlines AS owed
WHERE one.workspace = :workspace
  AND one.status = 'open'
  AND owed.workspace = one.workspace
  AND owed.incident = one.number
  AND owed.closed_at IS NULL
ORDER BY one.number, owed.started_at, owed.kind, owed.count;

-- name: open_incidents_of
-- What a person owns and, with :unowned, what nobody owns.
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND status = 'open'
  AND (owner = :owner OR (owner IS NULL AND :unowned = 1))
ORDER BY number;

-- name: open_incidents_of_customer
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND status = 'open'
  AND customer = :customer
ORDER BY number;

-- name: incidents_of_thread
-- Those whose card, or the message at whose link, has one of two stamps in a channel.
-- It reads every incident: this is asked when a person acts, and not on a tick.
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND (
    link LIKE :message
    OR link LIKE :parent
    OR EXISTS (
      SELECT 1
      FROM outbox
      WHERE outbox.workspace = incidents.workspace
        AND outbox.key = 'INC-' || incidents.number || '/card'
        AND outbox.conversation = :channel
        AND outbox.ts IN (:ts, :thread)
    )
  )
ORDER BY number DESC;

-- name: open_incidents_with_update
-- Those with an update that is the message at a link, even if it was taken back.
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND status = 'open'
  AND number IN (
    SELECT incident
    FROM events
    WHERE events.workspace = :workspace
      AND events.kind = 'updated'
      AND events.details LIKE :message
  )
ORDER BY number DESC;

-- name: insert_event
INSERT INTO events (workspace, incident, kind, at, recorded_at, by_person, details)
VALUES (:workspace, :incident, :kind, :at, :recorded_at, :by_person, :details)
RETURNING id;

-- name: events
SELECT
  @event_columns
FROM events
WHERE workspace = :workspace
  AND incident = :incident
ORDER BY id;

-- name: event
SELECT
  @event_columns
FROM events
WHERE workspace = :workspace
  AND id = :id;

-- name: save_deadline
INSERT INTO deadlines (
  workspace, @deadline_columns
)
VALUES (
  :workspace, @:deadline_columns
)
ON CONFLICT (workspace, incident, kind, count) DO UPDATE
SET (
  @changing_deadline_columns
) = (
  @excluded.changing_deadline_columns
)
RETURNING count;

-- name: save_fired
-- The CAST is for PostgreSQL: a bare parameter in VALUES is text there.
WITH fresh (
  workspace, incident, kind, count, step, fired, next_nudge_at, snoozed_until
) AS (
VALUES (
  :workspace, :incident, :kind, :count, :step, :fired, CAST(:next_nudge_at AS INSTANT),
  CAST(:snoozed_until AS INSTANT)
)
)
UPDATE deadlines
SET step = fresh.step,
  fired = fresh.fired,
  next_nudge_at = fresh.next_nudge_at,
  snoozed_until = fresh.snoozed_until
FROM fresh
WHERE deadlines.workspace = fresh.workspace
  AND deadlines.incident = fresh.incident
  AND deadlines.kind = fresh.kind
  AND deadlines.count = fresh.count
RETURNING deadlines.count;

-- name: deadlines
SELECT
  @deadline_columns
FROM deadlines
WHERE workspace = :workspace
  AND incident = :incident
ORDER BY started_at, kind, count;

-- name: due_deadlines
SELECT
  @deadline_columns
FROM deadlines
WHERE workspace = :workspace
  AND next_nudge_at > :after
  AND next_nudge_at <= :by
ORDER BY next_nudge_at, incident, kind, count
LIMIT :most;

-- name: expired_offers
SELECT number
FROM incidents
WHERE workspace = :workspace
  AND offered_until <= :now
ORDER BY number;

-- name: open_offers
SELECT number
FROM incidents
WHERE workspace = :workspace
  AND offered_until IS NOT NULL
ORDER BY offered_until, number;

-- name: postpone_deadline
-- A deadline that was closed meanwhile has nothing left to remind of.
UPDATE deadlines
SET next_nudge_at = :until
WHERE workspace = :workspace
  AND incident = :incident
  AND kind = :kind
  AND count = :count
  AND closed_at IS NULL
RETURNING count;

-- name: mark_missed
-- A miss keeps the instant at which it happened, not that of the tick that saw it.
UPDATE deadlines
SET missed_at = late_at
WHERE workspace = :workspace
  AND incident = :incident
  AND closed_at IS NULL
  AND missed_at IS NULL
  AND paused_at IS NULL
  AND late_at < :now
RETURNING incident, kind;

-- name: forget_misses
-- The tick that noted these misses went by a clock that was ahead.
UPDATE deadlines
SET missed_at = NULL
WHERE workspace = :workspace
  AND incident = :incident
  AND closed_at IS NULL
  AND missed_at = late_at
  AND missed_at > :now
RETURNING count;

-- name: fallen_deadlines
-- The contract's deadlines that became late, or would have, in [since, now). A miss
-- keeps its instant when a change of policy or severity moves the deadline later.
SELECT
  @deadline_columns
FROM deadlines
WHERE workspace = :workspace
  AND kind IN ('first_response', 'update')
  AND is_aim = 0
  AND COALESCE(missed_at, late_at) >= :since
  AND COALESCE(missed_at, late_at) < :now
  AND (paused_at IS NULL OR missed_at IS NOT NULL)
ORDER BY late_at, incident, kind, count;

-- name: next_instants
-- What the tick waits for: the next reminder, miss and end of an offer. A row each,
-- because a MIN over one index is a single look-up.
SELECT MIN(next_nudge_at) AS next_at, NULL AS next_late_at
FROM deadlines
WHERE workspace = :workspace
  AND next_nudge_at IS NOT NULL
UNION ALL
SELECT NULL, MIN(late_at)
FROM deadlines
WHERE workspace = :workspace
  AND closed_at IS NULL
  AND missed_at IS NULL
  AND paused_at IS NULL
UNION ALL
SELECT MIN(offered_until), NULL
FROM incidents
WHERE workspace = :workspace
  AND offered_until IS NOT NULL;

-- name: inbox_answer
SELECT answer, received_at
FROM inbox
WHERE workspace = :workspace
  AND key = :key;

-- name: claim_inbox
-- Slack delivers a command again if we acknowledge it late. Only one delivery may act.
-- The empty update locks the row, so the second one waits for the first and then reads
-- its answer. '' means that the key is ours.
INSERT INTO inbox (workspace, key, received_at, answer)
VALUES (:workspace, :key, :received_at, '')
ON CONFLICT (workspace, key) DO UPDATE SET key = excluded.key
RETURNING key, answer, received_at;

-- name: save_inbox
INSERT INTO inbox (workspace, key, received_at, answer)
VALUES (:workspace, :key, :received_at, :answer)
ON CONFLICT (workspace, key) DO UPDATE
SET received_at = excluded.received_at,
  answer = excluded.answer
RETURNING key;

-- name: forget_inbox
DELETE FROM inbox
WHERE workspace = :workspace
  AND received_at < :before
RETURNING key;

-- name: mark
SELECT at
FROM marks
WHERE workspace = :workspace
  AND name = :name;

-- name: marks
SELECT name, at
FROM marks
WHERE workspace = :workspace
ORDER BY name;

-- name: server_time
-- The one statement that reads a clock, to compare it with that of the machine.
SELECT CURRENT_TIMESTAMP AS at;

-- name: set_mark
INSERT INTO marks (workspace, name, at)
VALUES (:workspace, :name, :at)
ON CONFLICT (workspace, name) DO UPDATE SET at = excluded.at
RETURNING name;

-- name: claim_mark
-- No row back means that another replica noted it lately.
INSERT INTO marks (workspace, name, at)
VALUES (:workspace, :name, :at)
ON CONFLICT (workspace, name) DO UPDATE
SET at = excluded.at
WHERE marks.at <= :before
  OR marks.at > excluded.at
RETURNING name;

-- name: drop_marks
DELETE FROM marks
WHERE workspace = :workspace
  AND name LIKE :pattern
RETURNING name, at;

-- name: save_person
-- Older news changes nothing: Slack delivers an event again until it is acknowledged,
-- and a list of everybody takes a while to read. Who is back is no leaver.
INSERT INTO people (workspace, id, name, zone, is_member, is_active, updated, seen_at)
VALUES (:workspace, :id, :name, :zone, :is_member, :is_active, :updated, :seen_at)
ON CONFLICT (workspace, id) DO UPDATE
SET name = excluded.name,
  zone = excluded.zone,
  is_member = excluded.is_member,
  is_active = excluded.is_active,
  updated = excluded.updated,
  seen_at = excluded.seen_at,
  leaving_at = CASE
    WHEN excluded.is_member = 1 AND excluded.is_active = 1
    THEN NULL
    ELSE people.leaving_at
  END
WHERE excluded.updated = 0
  OR excluded.updated >= people.updated
RETURNING id;

-- name: note_left
UPDATE people
SET is_active = 0
WHERE workspace = :workspace
  AND id = :id
RETURNING id;

-- name: mark_leaver
UPDATE people
SET leaving_at = :now
WHERE workspace = :workspace
  AND id = :id
  AND leaving_at IS NULL
  AND (is_member = 0 OR is_active = 0)
RETURNING id;

-- name: mark_leavers
-- Everybody who is gone and still has open work, or an offer to or by them.
UPDATE people
SET leaving_at = :now
WHERE workspace = :workspace
  AND id IN (
    SELECT id
    FROM people AS gone
    WHERE workspace = :workspace
      AND leaving_at IS NULL
      AND (is_member = 0 OR is_active = 0)
      AND id IN (
        SELECT owner
        FROM incidents
        WHERE workspace = :workspace
          AND status = 'open'
        UNION
        SELECT offered_to
        FROM incidents
        WHERE workspace = :workspace
          AND status = 'open'
        UNION
        SELECT by_person
        FROM events
        WHERE workspace = :workspace
          AND kind = 'hand_off_offered'
          AND incident IN (
            SELECT number
            FROM incidents
            WHERE workspace = :workspace
              AND status = 'open'
              AND offered_to IS NOT NULL
          )
      )
    ORDER BY id
    FOR UPDATE
  )
RETURNING id;

-- name: mark_leavers_again
UPDATE people
SET leaving_at = :now
WHERE workspace = :workspace
  AND leaving_at IS NOT NULL
RETURNING id;

-- name: leavers
SELECT leaving_at
FROM people
WHERE workspace = :workspace
  AND leaving_at IS NOT NULL;

-- name: lock_leavers
-- Skip whom somebody is changing now, who may be back in a moment.
SELECT id, is_active, leaving_at
FROM people
WHERE workspace = :workspace
  AND leaving_at IS NOT NULL
ORDER BY id
FOR UPDATE SKIP LOCKED;

-- name: work_of_leavers
-- Open incidents that a leaver owns, and all that are offered to anybody.
SELECT number
FROM incidents
WHERE workspace = :workspace
  AND status = 'open'
  AND (
    offered_to IS NOT NULL
    OR owner IN (
      SELECT id
      FROM people
      WHERE workspace = :workspace
        AND leaving_at IS NOT NULL
    )
  )
ORDER BY number;

-- name: forget_leaver
UPDATE people
SET leaving_at = NULL
WHERE workspace = :workspace
  AND id = :id
RETURNING id;

-- name: save_dm
UPDATE people
SET dm = :dm
WHERE workspace = :workspace
  AND id = :id
RETURNING id;

-- name: person
SELECT @person_columns
FROM people
WHERE workspace = :workspace
  AND id = :id;

-- name: save_quiet
UPDATE people
SET quiet_until = :quiet_until
WHERE workspace = :workspace
  AND id = :id
RETURNING id;

-- name: save_quiet_hours
UPDATE people
SET quiet_hours = :quiet_hours
WHERE workspace = :workspace
  AND id = :id
RETURNING id;

-- name: concerned
-- Whom an incident may concern: its owner, also one to be, and the people on call.
SELECT @person_columns
FROM people
WHERE workspace = :workspace
  AND id IN (
    :primary,
    :backup,
    :lead,
    :owner,
    (
      SELECT owner
      FROM incidents
      WHERE workspace = :workspace
        AND number = :incident
    )
  )
ORDER BY id;

-- name: people
SELECT @person_columns
FROM people
WHERE workspace = :workspace
ORDER BY name;

-- name: listing
SELECT next_page
FROM people_listing
WHERE workspace = :workspace;

-- name: begin_listing
INSERT INTO people_listing (workspace, next_page)
VALUES (:workspace, '')
ON CONFLICT (workspace) DO NOTHING
RETURNING next_page;

-- name: continue_listing
-- No row means that another replica has read this page, too, and was first.
UPDATE people_listing
SET next_page = :next_page
WHERE workspace = :workspace
  AND next_page = :page
RETURNING next_page;

-- name: end_listing
DELETE FROM people_listing
WHERE workspace = :workspace
  AND next_page = :page
RETURNING next_page;

-- name: save_policy
INSERT INTO policies (version, text, holidays, accepted_at)
VALUES (:version, :text, :holidays, :accepted_at)
ON CONFLICT (version) DO UPDATE
SET accepted_at = excluded.accepted_at
RETURNING version;

-- name: last_policy
SELECT version, text, accepted_at
FROM policies
ORDER BY accepted_at DESC
LIMIT 1;

-- name: policy_at
SELECT version, text
FROM policies
WHERE accepted_at <= :at
ORDER BY accepted_at DESC
LIMIT 1;

-- name: policy_since
SELECT accepted_at
FROM policies
WHERE version = :version;

-- name: open_incidents
SELECT number, plan, severity
FROM incidents
WHERE workspace = :workspace
  AND status = 'open'
ORDER BY number;

-- name: queue_message
-- Ids follow the positions, since a conversation is sent in order of ids. A message to
-- a person goes to their DM; the DM stays NULL until Slack has opened one. One that is
-- folded into a list is not sent: the list is edited when it would be.
WITH fresh (
  position, key, kind, priority, conversation, person, incident, thread_of, refs,
  folded_into
) AS (
VALUES (
  :position, :key, :kind, :priority, :conversation, :person, CAST(:incident AS INTEGER),
  :thread_of, :refs, :folded_into
)
)
INSERT INTO outbox (
  workspace, key, kind, priority, conversation, person, incident, thread_of, refs,
  state, attempts, not_before, is_stale, is_live, queued_at, folded_into
)
SELECT
  :workspace, fresh.key, fresh.kind, fresh.priority, COALESCE(fresh.conversation, people.dm),
  fresh.person, fresh.incident, fresh.thread_of, fresh.refs,
  CASE WHEN fresh.folded_into IS NULL THEN 'queued' ELSE 'merged' END, 0, :not_before,
  0, CASE WHEN fresh.folded_into IS NULL THEN 0 ELSE 1 END, :queued_at, fresh.folded_into
FROM fresh
LEFT JOIN people
  ON people.workspace = :workspace
  AND people.id = fresh.person
ORDER BY fresh.position
ON CONFLICT (workspace, key) DO NOTHING
RETURNING key;

-- name: messages_had
-- How many messages a person had since an instant, pages and answers apart.
SELECT COUNT(*) AS had
FROM outbox
WHERE workspace = :workspace
  AND person = :person
  AND kind <> 'edit'
  AND kind <> 'commands'
  AND queued_at >= :since
  AND priority > 0
  AND state IN ('queued', 'sending', 'unconfirmed', 'sent');

-- name: folded
SELECT
  @message_columns
FROM outbox
WHERE workspace = :workspace
  AND folded_into = :key
ORDER BY id;

-- name: live_lists
-- Those that another follows. A digest always is.
SELECT
  @message_columns
FROM outbox
WHERE workspace = :workspace
  AND incident IS NULL
  AND is_live = 1
  AND (
    kind = 'digest'
    OR kind = 'morning' AND EXISTS (
      SELECT 1
      FROM outbox AS newer
      WHERE newer.workspace = outbox.workspace
        AND newer.person = outbox.person
        AND newer.queued_at > outbox.queued_at
        AND newer.kind <> 'edit' -- For the index.
        AND newer.kind = 'morning'
    )
  )
ORDER BY id;

-- name: unfold
-- Send what a list was to say by itself: Slack does not take the list, or not the edit
-- that was to add it.
UPDATE outbox
SET state = 'queued',
  is_live = 0,
  folded_into = NULL,
  not_before = :not_before
WHERE workspace = :workspace
  AND folded_into = :key
  AND sent_at IS NULL
RETURNING id;

-- name: note_listed
-- A list that stands in Slack says a message that was folded into it.
UPDATE outbox
SET sent_at = :sent_at
WHERE workspace = :workspace
  AND id = :id
  AND folded_into IS NOT NULL
  AND sent_at IS NULL
RETURNING id;

-- name: queue_item
INSERT INTO outbox_items (workspace, key, position, @item_columns)
VALUES (:workspace, :key, :position, @:item_columns)
RETURNING position;

-- name: hold_item
-- What is held already keeps the instant since when.
INSERT INTO held (
  workspace, person, incident, deadline_kind, deadline_count, fired, step, because,
  held_at, until
)
VALUES (
  :workspace, :person, :incident, :deadline_kind, :deadline_count, :fired, :step,
  :because, :held_at, :until
)
ON CONFLICT (workspace, person, incident, deadline_kind, deadline_count) DO UPDATE
SET fired = excluded.fired, step = excluded.step
RETURNING person;

-- name: forget_held
-- The tick that held these went by a clock that was ahead.
DELETE FROM held
WHERE workspace = :workspace
  AND held_at > :now
RETURNING person;

-- name: held_items
SELECT person, incident, step, held_at, until AS held_until
FROM held
WHERE workspace = :workspace
ORDER BY held_at DESC, person, incident;

-- name: release_held
DELETE FROM held
WHERE workspace = :workspace
  AND person = :person
  AND until <= :now
RETURNING
  incident, deadline_kind, deadline_count, fired, step, because, NULL AS next_person,
  NULL AS next_at, held_at;

-- name: write_receipt
INSERT INTO receipts (workspace, @receipt_columns)
VALUES (:workspace, @:receipt_columns)
ON CONFLICT (workspace, incident, deadline_kind, deadline_count, fired, place)
DO NOTHING
RETURNING fired;

-- name: write_stand_in
-- Somebody else gets what a place did not take.
INSERT INTO receipts (
  workspace, incident, deadline_kind, deadline_count, fired, place, step, due_at
)
SELECT
  workspace, incident, deadline_kind, deadline_count, fired, CAST(:place AS TEXT), step,
  MIN(due_at)
FROM receipts
WHERE workspace = :workspace
  AND incident = :incident
  AND deadline_kind = :deadline_kind
  AND deadline_count = :deadline_count
  AND fired = :fired
GROUP BY workspace, incident, deadline_kind, deadline_count, fired, step
ON CONFLICT (workspace, incident, deadline_kind, deadline_count, fired, place)
DO NOTHING
RETURNING fired;

-- name: end_held
-- What was held for somebody gets another outcome, or that of the message that has it.
-- Of a deadline's several the newest is :fired, and the others are merged into it.
UPDATE receipts
SET outcome = CASE WHEN fired = :fired THEN :outcome ELSE 'merged' END,
  reason = CASE WHEN fired = :fired THEN :reason ELSE 'newer' END
WHERE workspace = :workspace
  AND incident = :incident
  AND deadline_kind = :deadline_kind
  AND deadline_count = :deadline_count
  AND place = :place
  AND fired <= :fired
  AND outcome = 'held'
RETURNING fired;

-- name: forget_held_receipts
UPDATE receipts
SET outcome = 'superseded', reason = 'clock'
WHERE workspace = :workspace
  AND outcome = 'held'
  AND EXISTS (
    SELECT 1
    FROM held
    WHERE held.workspace = receipts.workspace
      AND held.person = receipts.place
      AND held.incident = receipts.incident
      AND held.deadline_kind = receipts.deadline_kind
      AND held.deadline_count = receipts.deadline_count
      AND held.held_at > :now
  )
RETURNING fired;

-- name: receipts
-- Each reminder of an incident that was due, for each place, and the message that has it.
WITH told AS MATERIALIZED (
  SELECT
    item.workspace, item.incident, item.deadline_kind, item.deadline_count, item.fired,
    item.because, item.position, message.key, message.kind, message.state, message.attempts,
    message.sent_at, message.deleted_at, message.last_error, message.folded_into,
    list.state AS list_state, list.sent_at AS list_sent_at,
    COALESCE(other.person, other.conversation) AS instead,
    CASE
      WHEN message.thread_of IS NULL
      THEN COALESCE(message.person, message.conversation)
      ELSE 'thread'
    END AS place
  FROM outbox_items AS item
  JOIN outbox AS message
    ON message.workspace = item.workspace
    AND message.key = item.key
  LEFT JOIN outbox AS other
    ON other.workspace = message.workspace
    AND other.key = message.key || '/instead'
  LEFT JOIN outbox AS list
    ON list.workspace = message.workspace
    AND list.key = message.folded_into
  WHERE item.workspace = :workspace
    AND item.incident = :incident
)
SELECT
  due.deadline_kind, due.deadline_count, due.fired, due.place, due.step, due.due_at,
  due.outcome, due.reason, due.held_until, owed.closed_at, told.position, told.key,
  told.kind, told.state, told.attempts, told.sent_at, told.deleted_at, told.last_error,
  told.instead, told.folded_into, told.list_state, told.list_sent_at, told.because,
  one.owner,
  CASE WHEN one.closed_at IS NULL THEN 1 ELSE 0 END AS is_incident_open,
  -- An answer may be recorded later, for the earlier instant at which it was given.
  (
    SELECT MIN(answer.recorded_at)
    FROM events AS answer
    WHERE answer.workspace = owed.workspace
      AND answer.incident = owed.incident
      AND answer.at = owed.closed_at
  ) AS answered_at
FROM receipts AS due
JOIN deadlines AS owed
  ON owed.workspace = due.workspace
  AND owed.incident = due.incident
  AND owed.kind = due.deadline_kind
  AND owed.count = due.deadline_count
JOIN incidents AS one
  ON one.workspace = due.workspace
  AND one.number = due.incident
LEFT JOIN told
  ON told.workspace = due.workspace
  AND told.incident = due.incident
  AND told.deadline_kind = due.deadline_kind
  AND told.deadline_count = due.deadline_count
  AND told.fired = due.fired
  AND told.place = due.place
WHERE due.workspace = :workspace
  AND due.incident = :incident
ORDER BY due.due_at, due.deadline_kind, due.deadline_count, due.fired, due.place;

-- name: without_receipt
-- Deadlines with a reminder that was due and has no outcome: it was not fired before the
-- last digest, it has no receipt, no message has it, or it is not held after all. Only
-- of what was open since that digest. `sevbot db check` asks it of every workspace.
SELECT owed.incident, owed.kind, owed.count
FROM deadlines AS owed
JOIN incidents AS one
  ON one.workspace = owed.workspace
  AND one.number = owed.incident
LEFT JOIN (
  SELECT workspace, MAX(at) AS at
  FROM marks
  WHERE name = 'digest'
    OR name LIKE 'digest/%'
  GROUP BY workspace
) AS digest
  ON digest.workspace = owed.workspace
WHERE owed.workspace = :workspace
  AND (one.closed_at IS NULL OR digest.at IS NULL OR one.closed_at >= digest.at)
  AND (
    owed.next_nudge_at < digest.at
    OR owed.fired - owed.receipts_from > (
      SELECT COUNT(DISTINCT due.fired)
      FROM receipts AS due
      WHERE due.workspace = owed.workspace
        AND due.incident = owed.incident
        AND due.deadline_kind = owed.kind
        AND due.deadline_count = owed.count
        AND due.fired > owed.receipts_from
    )
    OR EXISTS (
      SELECT 1
      FROM receipts AS due
      WHERE due.workspace = owed.workspace
        AND due.incident = owed.incident
        AND due.deadline_kind = owed.kind
        AND due.deadline_count = owed.count
        AND due.fired > owed.receipts_from
        AND (
          due.outcome IS NULL
          AND NOT EXISTS (
            SELECT 1
            FROM outbox_items AS item
            JOIN outbox AS message
              ON message.workspace = item.workspace
              AND message.key = item.key
            WHERE item.workspace = due.workspace
              AND item.incident = due.incident
              AND item.deadline_kind = due.deadline_kind
              AND item.deadline_count = due.deadline_count
              AND item.fired = due.fired
              AND due.place = CASE
                WHEN message.thread_of IS NULL
                THEN COALESCE(message.person, message.conversation)
                ELSE 'thread'
              END
          )
          OR due.outcome = 'held'
          AND NOT EXISTS (
            SELECT 1
            FROM held
            WHERE held.workspace = due.workspace
              AND held.person = due.place
              AND held.incident = due.incident
              AND held.deadline_kind = due.deadline_kind
              AND held.deadline_count = due.deadline_count
          )
        )
    )
  )
ORDER BY owed.workspace, owed.incident, owed.kind, owed.count;

-- name: receipts_told
-- The leads know of what has no outcome so far.
UPDATE deadlines
SET receipts_from = fired
WHERE workspace = :workspace
  AND incident = :incident
  AND kind = :kind
  AND count = :count
RETURNING count;

-- name: readers_of_lists
-- Who owns something or has something waiting for them, and :person, with their zones.
SELECT reader.person, people.zone, people.quiet_hours
FROM (
  SELECT owner AS person
  FROM incidents
  WHERE workspace = :workspace
    AND status = 'open'
    AND owner IS NOT NULL
  UNION
  SELECT person
  FROM held
  WHERE workspace = :workspace
  UNION
  SELECT CAST(:person AS TEXT) AS person
) AS reader
LEFT JOIN people
  ON people.workspace = :workspace
  AND people.id = reader.person
ORDER BY reader.person;

-- name: queue_edits
-- Queue an edit of every sent message that shows an incident's buttons, or of one
-- message. There is one edit per message: a second change before it went out reuses it.
-- An edit that is being sent keeps its lease and is marked stale, so that it is sent
-- once more afterwards; queueing it now would let two edits overtake each other.
INSERT INTO outbox (
  workspace, key, kind, priority, conversation, person, incident, edit_of, refs, state,
  attempts, not_before, is_stale, is_live, queued_at
)
SELECT
  workspace, 'edit:' || key, 'edit', 2, conversation, person, incident, key, '{}',
  'queued', 0, :not_before, 0, 0, :queued_at
FROM outbox AS shown
WHERE workspace = :workspace
  AND is_live = 1
  AND ts IS NOT NULL
  AND key IN (
    SELECT COALESCE(folded_into, key)
    FROM outbox
    WHERE workspace = :workspace
      AND key IN (
        SELECT CAST(:key AS TEXT)
        UNION
        SELECT key
        FROM outbox
        WHERE workspace = :workspace
          AND incident = :incident
          AND is_live = 1
        UNION
        SELECT key
        FROM outbox_items
        WHERE workspace = :workspace
          AND incident = :incident
      )
  )
ORDER BY key
ON CONFLICT (workspace, key) DO UPDATE
SET state = CASE WHEN outbox.state = 'sending' THEN 'sending' ELSE 'queued' END,
  is_stale = CASE WHEN outbox.state = 'sending' THEN 1 ELSE 0 END,
  attempts = 0,
  not_before = excluded.not_before
RETURNING id;

-- name: queue_replaced
-- Queue an edit of each sent message about the incidents of a message that a newer one
-- at the same place may replace. As with queue_edits there is one edit per message.
INSERT INTO outbox (
  workspace, key, kind, priority, conversation, person, incident, edit_of, refs, state,
  attempts, not_before, is_stale, is_live, queued_at
)
WITH own AS (
  SELECT incident
  FROM outbox_items
  WHERE workspace = :workspace
    AND key = :key
  UNION
  SELECT incident
  FROM outbox
  WHERE workspace = :workspace
    AND key = :key
    AND person IS NOT NULL
    AND kind IN ('note', 'offer', 'offer_answered')
),
shown AS (
  SELECT
    other.id, other.workspace, other.key, other.conversation, other.person,
    other.incident
  FROM outbox AS other
  JOIN outbox AS message
    ON message.workspace = other.workspace
    AND message.key = :key
  WHERE other.workspace = :workspace
    AND other.key IN (
      SELECT item.key
      FROM own
      JOIN outbox_items AS item
        ON item.workspace = :workspace
        AND item.incident = own.incident
      UNION
      SELECT told.key
      FROM own
      JOIN outbox AS told
        ON told.workspace = :workspace
        AND told.incident = own.incident
      WHERE told.person IS NOT NULL
        AND told.kind IN ('note', 'offer', 'offer_answered')
    )
    AND other.state = 'sent'
    AND other.ts IS NOT NULL
    AND other.deleted_at IS NULL
    AND COALESCE(other.person, other.conversation)
      = COALESCE(message.person, message.conversation)
    AND COALESCE(other.thread_of, '') = COALESCE(message.thread_of, '')
)
SELECT
  workspace, 'edit:' || key, 'edit', 2, conversation, person, incident, key, '{}',
  'queued', 0, :not_before, 0, 0, :queued_at
FROM shown
WHERE id < (
    SELECT MAX(id)
    FROM shown
  )
ORDER BY key
ON CONFLICT (workspace, key) DO UPDATE
SET state = CASE WHEN outbox.state = 'sending' THEN 'sending' ELSE 'queued' END,
  is_stale = CASE WHEN outbox.state = 'sending' THEN 1 ELSE 0 END,
  attempts = 0,
  not_before = excluded.not_before
RETURNING id;

-- name: mark_stale
-- A message that is being sent was rendered before this change, so it needs an edit
-- once it has arrived. Queued ones are marked too: another replica may be claiming one
-- right now. A claim renders afresh and clears the mark.
UPDATE outbox
SET is_stale = 1
WHERE id IN (
  SELECT id
  FROM outbox AS unfinished
  WHERE workspace = :workspace
    AND state IN ('queued', 'sending', 'unconfirmed')
    AND kind <> 'edit'
    AND key IN (
      SELECT COALESCE(folded_into, key)
      FROM outbox
      WHERE workspace = :workspace
        AND key IN (
          SELECT CAST(:key AS TEXT)
          UNION
          SELECT key
          FROM outbox
          WHERE workspace = :workspace
            AND incident = :incident
            AND state IN ('queued', 'sending', 'unconfirmed')
          UNION
          SELECT key
          FROM outbox
          WHERE workspace = :workspace
            AND incident = :incident
            AND is_live = 1
          UNION
          SELECT key
          FROM outbox_items
          WHERE workspace = :workspace
            AND incident = :incident
        )
    )
  ORDER BY id
  FOR UPDATE
)
RETURNING id;

-- name: outbox_items
SELECT @item_columns
FROM outbox_items
WHERE workspace = :workspace
  AND key = :key
ORDER BY position;

-- name: folded_items
SELECT @item.item_columns
FROM outbox AS message
JOIN outbox_items AS item
  ON item.workspace = message.workspace
  AND item.key = message.key
WHERE message.workspace = :workspace
  AND message.folded_into = :key
ORDER BY message.id, item.position;

-- name: remove_item
DELETE FROM outbox_items
WHERE workspace = :workspace
  AND key = :key
  AND incident = :incident
  AND deadline_kind = :deadline_kind
  AND deadline_count = :deadline_count
  AND fired = :fired
RETURNING position;

-- name: replaced_incidents
-- The incidents within a message that a newer one at the same place is about, and the
-- newer one's kind. What waits is replaced by a reminder alone, which tells all of it.
WITH own AS (
  SELECT incident
  FROM outbox_items
  WHERE workspace = :workspace
    AND key = :key
  UNION
  SELECT incident
  FROM outbox
  WHERE workspace = :workspace
    AND key = :key
    AND person IS NOT NULL
    AND kind IN ('note', 'offer', 'offer_answered')
)
SELECT own.incident, newer.kind
FROM own
JOIN outbox AS message
  ON message.workspace = :workspace
  AND message.key = :key
JOIN outbox_items AS other
  ON other.workspace = :workspace
  AND other.incident = own.incident
JOIN outbox AS newer
  ON newer.workspace = :workspace
  AND newer.key = other.key
WHERE newer.kind = 'reminder'
  AND newer.id > message.id
  AND COALESCE(newer.person, newer.conversation)
    = COALESCE(message.person, message.conversation)
  AND COALESCE(newer.thread_of, '') = COALESCE(message.thread_of, '')
  AND (message.kind = 'reminder' OR message.ts IS NOT NULL)
  AND (
    newer.state = 'sent'
    OR (
      message.ts IS NULL
      AND newer.priority <= message.priority
      AND newer.state IN ('queued', 'sending', 'unconfirmed')
    )
  )
UNION
SELECT own.incident, newer.kind
FROM own
JOIN outbox AS message
  ON message.workspace = :workspace
  AND message.key = :key
JOIN outbox AS newer
  ON newer.workspace = :workspace
  AND newer.incident = own.incident
WHERE newer.person = message.person
  AND newer.kind IN ('note', 'offer', 'offer_answered')
  AND newer.id > message.id
  AND newer.state = 'sent'
  AND message.ts IS NOT NULL;

-- name: told_before
-- What older messages at the same place say of a message's incidents, as far as it is
-- still owed. An offer leaves standing what they ask.
SELECT
  @item.item_columns, older.sent_at
FROM outbox_items AS item
JOIN outbox AS older
  ON older.workspace = item.workspace
  AND older.key = item.key
JOIN outbox AS message
  ON message.workspace = item.workspace
  AND message.key = :key
JOIN deadlines
  ON deadlines.workspace = item.workspace
  AND deadlines.incident = item.incident
  AND deadlines.kind = item.deadline_kind
  AND deadlines.count = item.deadline_count
WHERE item.workspace = :workspace
  AND item.incident IN (
    SELECT incident
    FROM outbox_items
    WHERE workspace = :workspace
      AND key = :key
    UNION
    SELECT incident
    FROM outbox
    WHERE workspace = :workspace
      AND key = :key
      AND person IS NOT NULL
      AND kind IN ('note', 'offer_answered')
  )
  AND deadlines.closed_at IS NULL
  AND (message.kind = 'reminder' OR older.ts IS NOT NULL)
  AND older.kind = 'reminder'
  AND older.id < message.id
  AND older.state NOT IN ('merged', 'dead')
  AND COALESCE(older.person, older.conversation)
    = COALESCE(message.person, message.conversation)
  AND COALESCE(older.thread_of, '') = COALESCE(message.thread_of, '')
ORDER BY item.fired DESC, older.id DESC;

-- name: sent_reminders
SELECT DISTINCT message.queued_at, message.ts
FROM outbox_items AS item
JOIN outbox AS message
  ON message.workspace = item.workspace
  AND message.key = item.key
WHERE item.workspace = :workspace
  AND item.incident = :incident
  AND item.deadline_kind = :deadline_kind
  AND item.deadline_count = :deadline_count;

-- name: standing_reminder
-- The newest message about a deadline in a channel, apart from threads.
SELECT message.key, message.queued_at
FROM outbox_items AS item
JOIN outbox AS message
  ON message.workspace = item.workspace
  AND message.key = item.key
WHERE item.workspace = :workspace
  AND item.incident = :incident
  AND item.deadline_kind = :deadline_kind
  AND item.deadline_count = :deadline_count
  AND message.state NOT IN ('dead', 'superseded')
  AND message.person IS NULL
  AND message.thread_of IS NULL
  AND message.conversation = :place
ORDER BY message.id DESC
LIMIT 1;

-- name: renew_item
-- Who is paged next is all that a message learns of a repeat.
UPDATE outbox_items
SET next_person = :next_person, next_at = :next_at
WHERE workspace = :workspace
  AND key = :key
  AND incident = :incident
  AND deadline_kind = :deadline_kind
  AND deadline_count = :deadline_count
RETURNING position;

-- name: has_reminder
-- Count the messages that carry a reminder of a deadline to a person or a channel.
SELECT COUNT(*) AS written
FROM outbox_items AS item
JOIN outbox AS message
  ON message.workspace = item.workspace
  AND message.key = item.key
WHERE item.workspace = :workspace
  AND item.incident = :incident
  AND item.deadline_kind = :deadline_kind
  AND item.deadline_count = :deadline_count
  AND item.fired = :fired
  AND message.state <> 'dead'
  AND message.thread_of IS NULL
  AND COALESCE(message.person, message.conversation) = :place;

-- name: unaddressed
-- People with a queued message whose DM with the bot is not open yet.
SELECT person, MAX(attempts) AS attempts
FROM outbox
WHERE workspace = :workspace
  AND conversation IS NULL
  AND state = 'queued'
  AND not_before <= :system_now
  AND NOT EXISTS (
    SELECT 1
    FROM rate_limits
    WHERE rate_limits.workspace = :workspace
      AND rate_limits.limited_until > :system_now
      AND rate_limits.name IN ('workspace', 'conversations.open')
  )
GROUP BY person
ORDER BY MIN(priority), MIN(id);

-- name: address
UPDATE outbox
SET conversation = :conversation
WHERE id IN (
  SELECT id
  FROM outbox AS waiting
  WHERE workspace = :workspace
    AND person = :person
    AND conversation IS NULL
    AND state = 'queued'
  ORDER BY id
  FOR UPDATE
)
RETURNING id;

-- name: claim_message
-- Lease the most urgent message that may go now.
-- Messages about one incident keep their order within a conversation or thread: the
-- oldest that is not done yet is the head, and only heads go. A page is the exception:
-- it overtakes anything less urgent. A reply waits until its parent is posted, for
-- without the parent's ts there is no thread.
-- A conversation, a method or the workspace that is rate limited is left out here, not
-- after the claim: a claim counts an attempt.
-- The recursion steps from one conversation with queued posts to the next, one index
-- look-up each. A plain DISTINCT would read every queued row, and a channel with
-- thousands of held back messages would slow down all others.
-- SKIP LOCKED is not used: the lock 'outbox' admits one claimer at a time, and the last
-- condition, state = 'queued', catches a claimer that came in between.
UPDATE outbox
SET state = 'sending',
  attempts = attempts + 1,
  is_stale = 0,
  lease_token = :token,
  lease_until = CASE WHEN priority = 0 THEN :page_lease_until ELSE :lease_until END
WHERE id = (
  WITH RECURSIVE limited (name) AS NOT MATERIALIZED (
    SELECT name
    FROM rate_limits
    WHERE workspace = :workspace
      AND limited_until > CASE
        WHEN name LIKE 'budget:%' THEN :burst_until
        ELSE :system_now
      END
  ),
  conversations (conversation) AS (
    SELECT (
      SELECT MIN(first.conversation)
      FROM outbox AS first
      WHERE first.workspace = :workspace
        AND first.state = 'queued'
        AND first.kind <> 'edit'
    )
    WHERE NOT EXISTS (
      SELECT 1
      FROM limited
      WHERE name IN ('workspace', 'chat.postMessage', 'budget:posts')
    )
    UNION ALL
    SELECT (
      SELECT MIN(next.conversation)
      FROM outbox AS next
      WHERE next.workspace = :workspace
        AND next.state = 'queued'
        AND next.kind <> 'edit'
        AND next.conversation > conversations.conversation
    )
    FROM conversations
    WHERE conversations.conversation IS NOT NULL
  )
  SELECT id
  FROM outbox
  WHERE id IN (
    SELECT (
      SELECT head.id
      FROM outbox AS head
      WHERE head.workspace = :workspace
        AND head.conversation = conversations.conversation
        AND head.state = 'queued'
        AND head.kind <> 'edit'
        AND head.not_before <= :system_now
        AND NOT EXISTS (
          SELECT 1
          FROM outbox AS older
          WHERE older.workspace = head.workspace
            AND older.incident = head.incident
            AND older.conversation = head.conversation
            AND COALESCE(older.thread_of, '') = COALESCE(head.thread_of, '')
            AND older.id < head.id
            AND older.kind <> 'edit'
            AND older.state IN ('queued', 'sending', 'unconfirmed')
            AND (head.priority > 0 OR older.priority = 0)
        )
        AND (
          head.thread_of IS NULL
          OR EXISTS (
            SELECT 1
            FROM outbox AS parent
            WHERE parent.workspace = head.workspace
              AND parent.key = head.thread_of
              AND parent.ts IS NOT NULL
          )
        )
      ORDER BY head.priority, head.id
      LIMIT 1
    )
    FROM conversations
    WHERE NOT EXISTS (
      SELECT 1
      FROM limited
      WHERE name = 'conversation:' || conversations.conversation
    )
    AND conversations.conversation NOT LIKE 'ring:%'
    UNION ALL
    SELECT (
      SELECT edit.id
      FROM outbox AS edit
      WHERE edit.workspace = :workspace
        AND edit.state = 'queued'
        AND edit.kind = 'edit'
        AND edit.conversation IS NOT NULL
        AND edit.not_before <= :system_now
      ORDER BY edit.priority, edit.id
      LIMIT 1
    )
    WHERE NOT EXISTS (
      SELECT 1
      FROM limited
      WHERE name IN ('workspace', 'chat.update', 'budget:edits')
    )
  )
  AND priority <= :down_to
  ORDER BY priority, id
  LIMIT 1
)
AND state = 'queued'
RETURNING
  @message_columns;

-- name: rings_wait
SELECT 1 AS found
FROM outbox
WHERE workspace = :workspace
  AND state IN ('queued', 'sending')
  AND kind IN ('ring', 'ring_over')
  AND (
    (state = 'queued' AND not_before <= :system_now)
    OR lease_until < :system_now
  )
LIMIT 1;

-- name: claim_ring
-- Lease what rings outside of Slack; limits and troubles of Slack do not count. A ring
-- whose sender died goes out again: its key makes the two one.
UPDATE outbox
SET state = 'sending',
  attempts = attempts + 1,
  is_stale = 0,
  lease_token = :token,
  lease_until = :lease_until
WHERE id = (
  SELECT head.id
  FROM outbox AS head
  WHERE head.workspace = :workspace
    AND head.state IN ('queued', 'sending')
    AND head.kind IN ('ring', 'ring_over')
    AND (
      (head.state = 'queued' AND head.not_before <= :system_now)
      OR head.lease_until < :system_now
    )
    AND NOT EXISTS (
      SELECT 1
      FROM outbox AS older
      WHERE older.workspace = head.workspace
        AND older.incident = head.incident
        AND older.conversation = head.conversation
        AND older.id < head.id
        AND older.state IN ('queued', 'sending')
        AND older.kind IN ('ring', 'ring_over')
    )
  ORDER BY head.id
  LIMIT 1
)
AND (state = 'queued' OR lease_until < :system_now)
RETURNING
  @message_columns;

-- name: rung
-- What rang because of a deadline, and so has to stop once somebody takes it.
SELECT DISTINCT message.conversation AS place
FROM outbox_items AS item
JOIN outbox AS message
  ON message.workspace = item.workspace
  AND message.key = item.key
WHERE item.workspace = :workspace
  AND item.incident = :incident
  AND item.deadline_kind = :deadline_kind
  AND item.deadline_count = :deadline_count
  AND message.kind = 'ring'
ORDER BY message.conversation;

-- name: claim_unaddressed
-- These get a token but no lease: they are refused or queued again within this
-- transaction.
UPDATE outbox
SET state = 'sending',
  attempts = attempts + 1,
  lease_token = :token
WHERE id IN (
  SELECT id
  FROM outbox AS waiting
  WHERE workspace = :workspace
    AND person = :person
    AND conversation IS NULL
    AND state = 'queued'
  ORDER BY id
  FOR UPDATE
)
RETURNING
  @message_columns;

-- name: finish_message
-- The token is a fencing token: no row back means that the lease was lost and that
-- somebody else may have sent the message. A stale edit is queued again here; for a
-- stale post the caller queues an edit.
UPDATE outbox
SET state = CASE WHEN kind = 'edit' AND is_stale = 1 THEN 'queued' ELSE :state END,
  lease_token = NULL,
  lease_until = NULL,
  is_live = :is_live,
  ts = COALESCE(:ts, ts),
  rendered = COALESCE(:rendered, rendered),
  sent_at = :sent_at,
  verify_at = COALESCE(:verify_at, verify_at),
  unconfirmed_at = COALESCE(:unconfirmed_at, unconfirmed_at),
  unconfirmed_because = NULL,
  last_error = :last_error,
  refused_since = NULL
WHERE workspace = :workspace
  AND id = :id
  AND lease_token = :token
RETURNING is_stale;

-- name: reconcile_posted
-- A sender came back after its lease was lost, and Slack did post the message. This
-- applies only if nobody else is sending it now, hence the missing lease. The token
-- cannot be compared: whoever took the lease away has changed it.
UPDATE outbox
SET state = 'sent',
  lease_token = NULL,
  is_live = :is_live,
  ts = :ts,
  rendered = :rendered,
  sent_at = :sent_at,
  verify_at = :verify_at,
  unconfirmed_at = :unconfirmed_at
WHERE workspace = :workspace
  AND id = :id
  AND ts IS NULL
  AND lease_until IS NULL
  AND state IN ('queued', 'sending', 'unconfirmed', 'superseded', 'dead')
RETURNING id;

-- name: suspect_message
-- Slack may show a message twice: schedule a look-up.
UPDATE outbox
SET verify_at = :verify_at,
  unconfirmed_at = :unconfirmed_at
WHERE workspace = :workspace
  AND id = :id
  AND state IN ('sending', 'unconfirmed', 'sent')
RETURNING id;

-- name: retry_message
UPDATE outbox
SET state = 'queued',
  lease_token = NULL,
  lease_until = NULL,
  verify_at = NULL,
  not_before = :not_before,
  unconfirmed_at = COALESCE(:unconfirmed_at, unconfirmed_at),
  last_error = :last_error,
  refused_since = :refused_since
WHERE workspace = :workspace
  AND id = :id
  AND lease_token = :token
RETURNING id;

-- name: mark_unconfirmed
-- The attempt is over, and Slack neither confirmed nor refused it.
UPDATE outbox
SET state = 'unconfirmed',
  lease_token = NULL,
  lease_until = NULL,
  verify_at = :verify_at,
  unconfirmed_at = :unconfirmed_at,
  unconfirmed_because = :because,
  last_error = :last_error,
  refused_since = NULL
WHERE workspace = :workspace
  AND id = :id
  AND lease_token = :token
RETURNING id;

-- name: next_look
-- The look-up that is due first. What may be unsent goes before what was sent. A
-- superseded message waits while anything unsent does; a queued reply does not count,
-- since its card may be dead. A message with a lease is being sent and must not be
-- judged meanwhile.
SELECT
  @message_columns
FROM outbox AS due
WHERE due.workspace = :workspace
  AND due.verify_at <= :system_now
  AND due.lease_until IS NULL
  AND due.state IN ('unconfirmed', 'sent', 'superseded')
  AND (
    due.state <> 'superseded'
    OR NOT EXISTS (
      SELECT 1
      FROM outbox AS unsent
      WHERE unsent.workspace = :workspace
        AND unsent.state IN ('queued', 'sending', 'unconfirmed')
        AND unsent.kind <> 'edit'
        AND (unsent.thread_of IS NULL OR unsent.state <> 'queued')
    )
  )
  AND NOT EXISTS (
    SELECT 1
    FROM rate_limits
    WHERE rate_limits.workspace = :workspace
      AND rate_limits.limited_until > :system_now
      AND rate_limits.name IN (
        'workspace',
        'conversations.history',
        CASE WHEN due.thread_of IS NULL THEN '' ELSE 'conversations.replies' END
      )
  )
  AND NOT EXISTS (
    SELECT 1
    FROM rate_limits
    WHERE rate_limits.workspace = :workspace
      AND rate_limits.limited_until > :burst_until
      AND rate_limits.name = 'budget:looks'
  )
ORDER BY
  CASE WHEN due.state = 'unconfirmed' THEN 0 ELSE 1 END,
  due.priority,
  due.verify_at,
  due.id
LIMIT 1;

-- name: claim_looks
-- Claim what one reading of a conversation or thread settles: all that is due, and the
-- superseded messages, which are not worth a call of their own. There is no lease:
-- verify_at moves ahead instead, so that the next look-up comes even if this sender
-- dies.
UPDATE outbox
SET lease_token = :token,
  verify_at = CASE WHEN priority = 0 THEN :page_again_at ELSE :again_at END
WHERE id IN (
  SELECT id
  FROM outbox AS due
  WHERE workspace = :workspace
    AND conversation = :conversation
    AND COALESCE(thread_of, '') = :thread_of
    AND verify_at IS NOT NULL
    AND (verify_at <= :system_now OR state = 'superseded')
    AND lease_until IS NULL
    AND state IN ('unconfirmed', 'sent', 'superseded')
  ORDER BY id
  FOR UPDATE
)
RETURNING
  @message_columns;

-- name: look_later
-- Look a message up again at :verify_at; NULL if this was the last look-up.
UPDATE outbox
SET verify_at = :verify_at,
  unconfirmed_at = COALESCE(:unconfirmed_at, unconfirmed_at)
WHERE workspace = :workspace
  AND id = :id
  AND lease_token = :token
RETURNING id;

-- name: reconcile_found
-- A message was found in Slack. We do not know what it shows, so `rendered` is empty:
-- it matches no hash, and the next edit is sent rather than skipped as unchanged.
UPDATE outbox
SET state = 'sent',
  is_live = :is_live,
  ts = :ts,
  rendered = '',
  refs = COALESCE(:refs, refs),
  sent_at = :sent_at,
  verify_at = :verify_at,
  unconfirmed_because = NULL,
  last_error = NULL,
  deleted_at = NULL
WHERE workspace = :workspace
  AND id = :id
  AND lease_token = :token
  AND lease_until IS NULL
RETURNING id;

-- name: hurry_pages
-- Send a page again that could not be looked up in time: twice is better than late.
UPDATE outbox
SET state = 'queued',
  lease_token = NULL,
  verify_at = NULL,
  not_before = :system_now
WHERE id IN (
  SELECT id
  FROM outbox AS page
  WHERE workspace = :workspace
    AND state = 'unconfirmed'
    AND priority = 0
    AND verify_at IS NOT NULL
    AND unconfirmed_at <= :unconfirmed_until
  ORDER BY id
  FOR UPDATE
)
RETURNING key;

-- name: shorten_waits
-- The system clock was set back. Cut every wait to what it would be if it began now;
-- shorter ones stay as they are.
UPDATE outbox
SET not_before = CASE
    WHEN not_before > :system_now THEN :system_now
    ELSE not_before
  END,
  lease_until = CASE
    WHEN priority = 0 AND lease_until > :page_lease_until THEN :page_lease_until
    WHEN lease_until > :lease_until THEN :lease_until
    ELSE lease_until
  END,
  verify_at = CASE WHEN verify_at > :verify_at THEN :verify_at ELSE verify_at END,
  unconfirmed_at = CASE
    WHEN unconfirmed_at > :system_now THEN :system_now
    ELSE unconfirmed_at
  END,
  refused_since = CASE
    WHEN refused_since > :system_now THEN :system_now
    ELSE refused_since
  END
WHERE id IN (
  SELECT id
  FROM outbox AS waiting
  WHERE workspace = :workspace
    AND (state IN ('queued', 'sending', 'unconfirmed') OR verify_at IS NOT NULL)
  ORDER BY id
  FOR UPDATE
)
RETURNING id;

-- name: doubt_again
-- A bot starts, and nobody knows how long none ran: the clock may have been set since.
-- An unsent message that was uncertain counts as uncertain since now. With :is_old
-- everything that is queued will be looked up anyway, unless it says that it was.
UPDATE outbox
SET unconfirmed_at = CASE
    WHEN unconfirmed_at IS NULL OR (state = 'queued' AND :is_old = 1)
    THEN unconfirmed_at
    ELSE :system_now
  END,
  refused_since = CASE WHEN refused_since IS NULL THEN NULL ELSE :system_now END
WHERE id IN (
  SELECT id
  FROM outbox AS waiting
  WHERE workspace = :workspace
    AND state IN ('queued', 'sending', 'unconfirmed')
    AND kind <> 'edit'
    AND (unconfirmed_at IS NOT NULL OR refused_since IS NOT NULL)
  ORDER BY id
  FOR UPDATE
)
RETURNING id;

-- name: note_edited
-- Note what a sent message shows now and whether its buttons are live. The ts must
-- match: reconciliation may have kept another copy of the message meanwhile.
UPDATE outbox
SET rendered = :rendered,
  is_live = :is_live
WHERE workspace = :workspace
  AND key = :key
  AND ts = :ts
RETURNING id;

-- name: note_deleted
UPDATE outbox
SET is_live = 0,
  deleted_at = :deleted_at
WHERE workspace = :workspace
  AND key = :key
  AND ts = :ts
RETURNING id;

-- name: lost_leases
-- Messages whose sender died or was too slow. Slack may have posted them.
SELECT
  @message_columns
FROM outbox
WHERE workspace = :workspace
  AND state = 'sending'
  AND lease_until < :system_now
  AND kind NOT IN ('ring', 'ring_over')
ORDER BY id;

-- name: message
SELECT
  @message_columns
FROM outbox
WHERE workspace = :workspace
  AND key = :key;

-- name: message_at
-- It has no index: it is asked only when somebody wants to know why they got a message.
SELECT
  @message_columns
FROM outbox
WHERE workspace = :workspace
  AND conversation = :conversation
  AND ts = :ts
  AND kind <> 'edit';

-- name: send_again
-- A card and a digest go to the channel that the policy names now.
UPDATE outbox
SET state = 'queued',
  conversation = COALESCE(:conversation, conversation),
  queued_at = :queued_at,
  not_before = :not_before,
  verify_at = NULL,
  unconfirmed_at = NULL
WHERE workspace = :workspace
  AND key = :key
  AND state = 'dead'
RETURNING id;

-- name: retry_card
-- Queue a card again that Slack refused, but none that people deleted twice (it has no
-- error) or that may stand there. It goes on with the same attempt, so that another
-- failure has the same report.
UPDATE outbox
SET state = 'queued',
  conversation = :conversation,
  attempts = attempts - 1,
  queued_at = :queued_at,
  not_before = :not_before
WHERE workspace = :workspace
  AND key = :key
  AND kind = 'card'
  AND state = 'dead'
  AND last_error IS NOT NULL
  AND unconfirmed_at IS NULL
RETURNING id;

-- name: repost_card
-- Post a card again that was deleted or that Slack no longer lets us edit. Who deletes
-- it a second time means it, so then it is given up. With the old ts as a condition it
-- happens once, although every reply and edit of the card may fail.
UPDATE outbox
SET state = CASE WHEN was_deleted + :deleted > 1 THEN 'dead' ELSE 'queued' END,
  was_deleted = CASE WHEN was_deleted + :deleted > 0 THEN 1 ELSE 0 END,
  ts = NULL,
  rendered = NULL,
  is_live = 0,
  queued_at = :queued_at,
  not_before = :not_before,
  verify_at = NULL,
  unconfirmed_at = NULL
WHERE workspace = :workspace
  AND key = :key
  AND kind = 'card'
  AND state = 'sent'
  AND ts = :ts
RETURNING
  @message_columns;

-- name: rate_limit
SELECT limited_until
FROM rate_limits
WHERE workspace = :workspace
  AND name = :name;

-- name: set_rate_limit
-- The later instant wins: a conversation's one second must not shorten a Retry-After.
INSERT INTO rate_limits (workspace, name, limited_until)
VALUES (:workspace, :name, :limited_until)
ON CONFLICT (workspace, name) DO UPDATE
SET limited_until = CASE
  WHEN excluded.limited_until > rate_limits.limited_until THEN excluded.limited_until
  ELSE rate_limits.limited_until
END
RETURNING name;

-- name: furthest_budget
-- How far ahead the budgets reach: when the last of them will be full again.
SELECT MAX(limited_until) AS limited_until
FROM rate_limits
WHERE workspace = :workspace
  AND name IN ('budget:posts', 'budget:edits', 'budget:looks');

-- name: lift_rate_limits
-- Some of these may be Slack's own Retry-After; if so, Slack simply says it again.
UPDATE rate_limits
SET limited_until = :system_now
WHERE workspace = :workspace
  AND limited_until > :system_now
RETURNING name;

-- name: may_send
-- Whether a sender has anything to do now, rate limits aside. Each branch has a partial
-- index of its own, so that this costs next to nothing while nothing is queued.
SELECT 1 AS found
FROM outbox
WHERE workspace = :workspace
  AND state = 'queued'
  AND kind <> 'edit'
  AND not_before <= :system_now
UNION ALL
SELECT 1 AS found
FROM outbox
WHERE workspace = :workspace
  AND state = 'queued'
  AND kind = 'edit'
  AND not_before <= :system_now
UNION ALL
SELECT 1 AS found
FROM outbox
WHERE workspace = :workspace
  AND state = 'sending'
  AND lease_until < :system_now
UNION ALL
SELECT 1 AS found
FROM outbox
WHERE workspace = :workspace
  AND verify_at <= :system_now
  AND state IN ('unconfirmed', 'sent', 'superseded')
LIMIT 1;

-- name: oldest_unsent_page
-- A reply is left out: it waits for its card, which is a page itself.
SELECT queued_at, last_error
FROM outbox
WHERE workspace = :workspace
  AND state IN ('queued', 'sending', 'unconfirmed')
  AND priority = 0
  AND thread_of IS NULL
  AND kind <> 'edit'
ORDER BY queued_at, id
LIMIT 1;

-- name: oldest_sendable
-- A reply is left out: it waits for its card. So is what waits for a DM to be opened.
SELECT not_before
FROM outbox
WHERE workspace = :workspace
  AND state = 'queued'
  AND kind <> 'edit'
  AND conversation IS NOT NULL
  AND thread_of IS NULL
  AND not_before <= :system_now
ORDER BY not_before
LIMIT 1;

-- Four that change nothing, and fail where a command would.

-- name: try_incidents
DELETE FROM incidents
WHERE workspace = :workspace
  AND number < 0
RETURNING number;

-- name: try_events
DELETE FROM events
WHERE workspace = :workspace
  AND id < 0
RETURNING id;

-- name: try_deadlines
DELETE FROM deadlines
WHERE workspace = :workspace
  AND incident < 0
RETURNING incident;

-- name: try_outbox
DELETE FROM outbox
WHERE workspace = :workspace
  AND id < 0
RETURNING id;

-- name: forget_key
DELETE FROM inbox
WHERE workspace = :workspace
  AND key = :key
RETURNING key;

-- name: unfinished
SELECT COUNT(*) AS waiting
FROM outbox
WHERE workspace = :workspace
  AND state IN ('queued', 'sending', 'unconfirmed');

-- name: forget_messages
DELETE FROM outbox
WHERE workspace = :workspace
  AND kind = 'edit'
  AND state IN ('sent', 'superseded', 'dead')
  AND queued_at < :before
RETURNING id;

-- name: last_workspace
SELECT workspace
FROM marks
ORDER BY at DESC
LIMIT 1;

-- name: last_outcome
-- How the last message to a person or a channel ended. The loss of a list is no report:
-- what it was to say is lost by itself. It has no index: it is asked only for the digest,
-- and when Slack refuses a message.
SELECT CASE WHEN state = 'dead' THEN last_error END AS last_error
FROM outbox
WHERE workspace = :workspace
  AND COALESCE(person, conversation) = :place
  AND kind NOT IN ('edit', 'days_rest')
  AND state IN ('sent', 'dead')
ORDER BY id DESC
LIMIT 1;

-- name: newest_messages
-- The newest messages and their states, without edits.
SELECT
  key, kind, conversation, person, incident, thread_of, refs, state, attempts, queued_at,
  sent_at, deleted_at, last_error, folded_into,
  (
    SELECT COUNT(*)
    FROM outbox_items AS item
    WHERE item.workspace = message.workspace
      AND item.key = message.key
  ) AS merged
FROM outbox AS message
WHERE workspace = :workspace
  AND kind <> 'edit'
ORDER BY id DESC
LIMIT :most;

-- name: to_erase
-- Incidents that were closed before :before and whose texts are still there. The last
-- event tells: erasing appends one, and a later change brings texts back.
SELECT number
FROM incidents AS one
WHERE workspace = :workspace
  AND closed_at < :before
  AND 'erased' <> (
    SELECT kind
    FROM events
    WHERE events.workspace = one.workspace
      AND events.incident = one.number
    ORDER BY id DESC
    LIMIT 1
  )
ORDER BY closed_at
LIMIT :most;

-- name: recorded_customers
SELECT customer, COUNT(*) AS incidents
FROM incidents
WHERE workspace = :workspace
  AND customer IS NOT NULL
GROUP BY customer
ORDER BY customer;

-- name: incidents_of_customer
SELECT number, status
FROM incidents
WHERE workspace = :workspace
  AND customer = :customer
ORDER BY number;

-- name: suggestion
SELECT @suggestion_columns
FROM suggestions
WHERE workspace = :workspace
  AND about = :about;

-- name: decide_suggestion
INSERT INTO suggestions (workspace, @suggestion_columns)
VALUES (:workspace, @:suggestion_columns)
-- What was opened stays so, even if it was voided and then declined.
ON CONFLICT (workspace, about) DO UPDATE
SET candidates = excluded.candidates,
  decision = excluded.decision,
  incident = excluded.incident,
  by_person = excluded.by_person,
  decided_at = excluded.decided_at
WHERE suggestions.incident IS NULL
  OR excluded.incident IS NOT NULL
RETURNING about;

-- name: opened_and_not_changed
-- The newest incidents whose severity proved right, as far as anybody knows.
SELECT number, severity, title
FROM incidents AS one
WHERE workspace = :workspace
  AND status <> 'void'
  AND NOT EXISTS (
    SELECT 1
    FROM events
    WHERE events.workspace = one.workspace
      AND events.incident = one.number
      AND kind IN ('changed', 'erased')
  )
ORDER BY number DESC
LIMIT :most;

-- name: decided_suggestions
SELECT
  @suggestion_columns,
  CASE
    WHEN status = 'void' AND NOT EXISTS (
      SELECT 1
      FROM events
      WHERE events.workspace = suggestions.workspace
        AND events.incident = suggestions.incident
        AND kind = 'voided'
        AND details LIKE '%"same_as"%'
    ) THEN 'none'
    ELSE COALESCE(severity, decision)
  END AS proved
FROM suggestions
LEFT JOIN incidents
  ON incidents.workspace = suggestions.workspace
  AND incidents.number = suggestions.incident
WHERE suggestions.workspace = :workspace
ORDER BY decided_at, about;

-- name: forget_declined
DELETE FROM suggestions
WHERE workspace = :workspace
  AND incident IS NULL
  AND decided_at < :before
RETURNING about;

-- name: erase_suggestions
-- The link leads to the message, so only the number stays.
UPDATE suggestions
SET about = 'INC-' || incident
WHERE workspace = :workspace
  AND incident = :incident
RETURNING about;

-- name: erase_incident
UPDATE incidents
SET title = :title,
  link = :link,
  customer = :customer
WHERE workspace = :workspace
  AND number = :number
RETURNING number;

-- name: erase_event
UPDATE events
SET details = :details
WHERE workspace = :workspace
  AND id = :id
RETURNING id;

-- name: customer_events
-- Every event that names a customer: an incident may have been another one's before.
SELECT
  @event_columns
FROM events
WHERE workspace = :workspace
  AND kind = 'customer_set'
ORDER BY id;

-- name: forget_policies
-- The old versions name old customers; only the newest is ever read again.
DELETE FROM policies
WHERE accepted_at < (
  SELECT MAX(accepted_at)
  FROM policies
)
RETURNING version;

-- name: count_opened
SELECT COUNT(*) AS incidents
FROM incidents
WHERE workspace = :workspace
  AND opened_at >= :since
  AND opened_at < :until;

-- name: incidents_opened
SELECT
  @incident_columns
FROM incidents
WHERE workspace = :workspace
  AND number > :last
  AND opened_at >= :since
  AND opened_at < :until
ORDER BY number
LIMIT :most;

-- name: events_between
SELECT
  incident, @event_columns
FROM events
WHERE workspace = :workspace
  AND incident BETWEEN :first AND :last
ORDER BY incident, id;

-- name: suggestions_between
SELECT @suggestion_columns
FROM suggestions
WHERE workspace = :workspace
  AND incident BETWEEN :first AND :last
ORDER BY incident, decided_at, about;

-- name: deadlines_between
SELECT
  @deadline_columns
FROM deadlines
WHERE workspace = :workspace
  AND incident BETWEEN :first AND :last
ORDER BY incident, started_at, kind, count;

-- name: reminders_between
-- Reminders of several incidents can be in one message.
SELECT
  item.incident, item.deadline_kind, item.deadline_count, item.step, item.because,
  message.person, message.conversation, message.key AS message, message.state,
  message.queued_at, message.sent_at, message.last_error AS error
FROM outbox_items AS item
JOIN outbox AS message
  ON message.workspace = item.workspace
  AND message.key = item.key
WHERE item.workspace = :workspace
  AND item.incident BETWEEN :first AND :last
ORDER BY item.incident, message.id, item.position;

-- name: events_since
-- All that ever happened to the incidents that were open in a span.
SELECT
  event.incident, @event.event_columns
FROM incidents AS one
CROSS JOIN events AS event
WHERE one.workspace = :workspace
  AND one.opened_at < :until
  AND (one.closed_at IS NULL OR one.closed_at >= :since)
  AND event.workspace = one.workspace
  AND event.incident = one.number
ORDER BY event.incident, event.id;

-- name: deadlines_since
SELECT
  @owed.deadline_columns
FROM incidents AS one
CROSS JOIN deadlines AS owed
WHERE one.workspace = :workspace
  AND one.opened_at < :until
  AND (one.closed_at IS NULL OR one.closed_at >= :since)
  AND owed.workspace = one.workspace
  AND owed.incident = one.number
ORDER BY owed.incident, owed.started_at, owed.kind, owed.count;

-- name: told_between
-- A message with several reminders is one that a person got.
SELECT DISTINCT message.id, message.person, message.queued_at, item.step
FROM incidents AS one
CROSS JOIN outbox_items AS item
JOIN outbox AS message
  ON message.workspace = item.workspace
  AND message.key = item.key
WHERE one.workspace = :workspace
  AND one.opened_at < :until
  AND (one.closed_at IS NULL OR one.closed_at >= :since)
  AND item.workspace = one.workspace
  AND item.incident = one.number
  AND message.state = 'sent'
  AND message.person IS NOT NULL
  AND message.queued_at >= :since
  AND message.queued_at < :until
ORDER BY message.id;

-- name: policy_text
SELECT text
FROM policies
WHERE version = :version;

-- name: ask_for_cover
INSERT INTO covers (workspace, @cover_columns)
VALUES (:workspace, @:cover_columns)
ON CONFLICT (workspace, request, of_what) DO NOTHING
RETURNING request;

-- name: accept_cover
-- The first who accepts wins. What has passed by then stays with who was on call.
UPDATE covers
SET accepted_by = :by,
  accepted_at = :now,
  begins_at = CASE WHEN begins_at < :now THEN :now ELSE begins_at END
WHERE workspace = :workspace
  AND request = :request
  AND accepted_by IS NULL
  AND withdrawn_at IS NULL
  AND ends_at > :now
RETURNING request;

-- name: withdraw_cover
-- What has passed of an accepted cover stays.
UPDATE covers
SET withdrawn_by = :by,
  withdrawn_at = :now
WHERE workspace = :workspace
  AND request = :request
  AND withdrawn_at IS NULL
  AND ends_at > :now
RETURNING request;

-- name: covers_of_request
SELECT @cover_columns
FROM covers
WHERE workspace = :workspace
  AND request = :request
ORDER BY of_what;

-- name: covers_ending_after
-- Those that end after an instant, in the order in which they count.
SELECT @cover_columns
FROM covers
WHERE workspace = :workspace
  AND ends_at > :since
ORDER BY accepted_at, request, of_what;

-- name: next_shifts
SELECT person, of_what, begins_at, ends_at
FROM next_shifts
WHERE workspace = :workspace;

-- name: save_next_shift
INSERT INTO next_shifts (workspace, person, of_what, begins_at, ends_at)
VALUES (:workspace, :person, :of_what, :begins_at, :ends_at)
ON CONFLICT (workspace, person, of_what) DO UPDATE
SET begins_at = excluded.begins_at, ends_at = excluded.ends_at
RETURNING person;

-- name: forget_next_shift
DELETE FROM next_shifts
WHERE workspace = :workspace
  AND person = :person
  AND of_what = :of_what
RETURNING person;

-- name: hold_suggestion
INSERT INTO held_suggestions (workspace, channel, ts, due_at)
VALUES (:workspace, :channel, :ts, :due_at)
ON CONFLICT (workspace, channel, ts) DO UPDATE
SET due_at = excluded.due_at
RETURNING ts;

-- name: held_suggestions
SELECT channel, ts, due_at
FROM held_suggestions
WHERE workspace = :workspace
  AND due_at <= :now
ORDER BY ts, channel;

-- name: take_held_suggestion
-- No row back means that another replica has it.
DELETE FROM held_suggestions
WHERE workspace = :workspace
  AND channel = :channel
  AND ts = :ts
RETURNING ts;

-- name: claim_feed
-- Read a feed; no row back means that it was tried lately, and there is a copy of it.
INSERT INTO feeds (workspace, name, source, tried_at)
VALUES (:workspace, :name, :source, :now)
ON CONFLICT (workspace, name) DO UPDATE
SET source = excluded.source,
  tried_at = excluded.tried_at
WHERE feeds.source <> excluded.source
  OR feeds.read_at IS NULL
  OR feeds.tried_at <= :before
  OR feeds.tried_at > excluded.tried_at
RETURNING name;

-- name: save_feed
-- No row back means that it is read from somewhere else by now.
UPDATE feeds
SET read_at = :read_at,
  stretches = :stretches,
  told = :told
WHERE workspace = :workspace
  AND name = :name
  AND source = :source
RETURNING name;

-- name: feeds_read
SELECT name, read_at, tried_at, stretches, told
FROM feeds
WHERE workspace = :workspace
  AND read_at IS NOT NULL;
