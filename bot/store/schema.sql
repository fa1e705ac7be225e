-- The schema as a list of migrations, for both engines. A released one is never edited,
-- since databases that have it would not run it again: a change is a new migration at
-- the end.
-- Each engine has its own words for INSTANT, IDENTITY, TEXT and STRICT (migrations.py).
-- A script is split at its semicolons, so no statement may contain one.

-- name: first_shape
CREATE TABLE incidents (
  workspace TEXT NOT NULL,
  number INTEGER NOT NULL,
  severity TEXT NOT NULL CHECK (severity IN ('sev1', 'sev2', 'sev3', 'sev4')),
  plan TEXT NOT NULL,
  customer TEXT,
  title TEXT NOT NULL,
  link TEXT,
  status TEXT NOT NULL CHECK (status IN ('open', 'resolved', 'void')),
  owner TEXT,
  opened_by TEXT NOT NULL,
  channel TEXT NOT NULL,
  reported_at INSTANT NOT NULL,
  opened_at INSTANT NOT NULL,
  owned_since INSTANT,
  offered_to TEXT,
  responded_at INSTANT,
  updated_at INSTANT,
  waiting_since INSTANT,
  last_sign_at INSTANT,
  closed_at INSTANT,
  closed_by TEXT,
  PRIMARY KEY (workspace, number)
) STRICT;

CREATE INDEX incidents_open ON incidents (workspace, number) WHERE status = 'open';
CREATE INDEX incidents_opened ON incidents (workspace, opened_at);
CREATE INDEX incidents_closed ON incidents (workspace, closed_at)
WHERE closed_at IS NOT NULL;

CREATE TABLE events (
  id IDENTITY,
  workspace TEXT NOT NULL,
  incident INTEGER NOT NULL,
  kind TEXT NOT NULL,
  at INSTANT NOT NULL,
  recorded_at INSTANT NOT NULL,
  by_person TEXT NOT NULL,
  details TEXT NOT NULL,
  FOREIGN KEY (workspace, incident) REFERENCES incidents (workspace, number)
) STRICT;

CREATE INDEX events_of_incident ON events (workspace, incident, id);

CREATE TABLE deadlines (
  workspace TEXT NOT NULL,
  incident INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('first_response', 'update', 'check_in')),
  count INTEGER NOT NULL,
  promise TEXT NOT NULL,
  calendar TEXT NOT NULL,
  policy TEXT NOT NULL,
  is_aim INTEGER NOT NULL,
  started_at INSTANT NOT NULL,
  due_at INSTANT NOT NULL,
  late_at INSTANT NOT NULL,
  pauses TEXT NOT NULL,
  paused_at INSTANT,
  changed INTEGER NOT NULL,
  step INTEGER NOT NULL,
  fired INTEGER NOT NULL,
  next_nudge_at INSTANT,
  snoozed_until INSTANT,
  missed_at INSTANT,
  closed_at INSTANT,
  outcome TEXT CHECK (outcome IN ('kept', 'late', 'void')),
  PRIMARY KEY (workspace, incident, kind, count),
  FOREIGN KEY (workspace, incident) REFERENCES incidents (workspace, number)
) STRICT;

CREATE INDEX deadlines_next_nudge ON deadlines (workspace, next_nudge_at)
WHERE next_nudge_at IS NOT NULL;
CREATE INDEX deadlines_late ON deadlines (workspace, late_at)
WHERE closed_at IS NULL AND missed_at IS NULL AND paused_at IS NULL;
CREATE INDEX deadlines_fallen ON deadlines (workspace, (COALESCE(missed_at, late_at)))
WHERE kind <> 'check_in' AND is_aim = 0;

CREATE TABLE outbox (
  id IDENTITY,
  workspace TEXT NOT NULL,
  key TEXT NOT NULL,
  kind TEXT NOT NULL,
  priority INTEGER NOT NULL,
  lane TEXT,
  person TEXT,
  incident INTEGER,
  thread_of TEXT,
  target TEXT,
  refs TEXT NOT NULL,
  state TEXT NOT NULL CHECK (
    state IN ('queued', 'sending', 'sent', 'merged', 'superseded', 'dead')
  ),
  attempts INTEGER NOT NULL,
  not_before INSTANT NOT NULL,
  lease_until INSTANT,
  lease_token TEXT,
  is_stale INTEGER NOT NULL,
  is_live INTEGER NOT NULL,
  ts TEXT,
  rendered TEXT,
  queued_at INSTANT NOT NULL,
  sent_at INSTANT,
  last_error TEXT,
  UNIQUE (workspace, key)
) STRICT;

CREATE INDEX outbox_queued ON outbox (workspace, priority, id) WHERE state = 'queued';
CREATE INDEX outbox_sending ON outbox (workspace, lease_until) WHERE state = 'sending';
CREATE INDEX outbox_live ON outbox (workspace, incident) WHERE is_live = 1;
CREATE INDEX outbox_heads ON outbox (workspace, incident, lane, id)
WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_kinds ON outbox (workspace, kind, queued_at);

CREATE TABLE outbox_items (
  workspace TEXT NOT NULL,
  key TEXT NOT NULL,
  position INTEGER NOT NULL,
  incident INTEGER NOT NULL,
  deadline_kind TEXT NOT NULL,
  deadline_count INTEGER NOT NULL,
  fired INTEGER NOT NULL,
  step TEXT NOT NULL,
  because TEXT NOT NULL,
  next_person TEXT,
  next_at INSTANT,
  PRIMARY KEY (workspace, key, position),
  FOREIGN KEY (workspace, key) REFERENCES outbox (workspace, key)
) STRICT;

CREATE INDEX outbox_items_of_incident ON outbox_items (workspace, incident);

CREATE TABLE gates (
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  opens_at INSTANT NOT NULL,
  PRIMARY KEY (workspace, name)
) STRICT;

CREATE TABLE inbox (
  workspace TEXT NOT NULL,
  key TEXT NOT NULL,
  received_at INSTANT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (workspace, key)
) STRICT;

CREATE TABLE counters (
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  value INTEGER NOT NULL,
  PRIMARY KEY (workspace, name)
) STRICT;

CREATE TABLE marks (
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  at INSTANT NOT NULL,
  PRIMARY KEY (workspace, name)
) STRICT;

CREATE TABLE people (
  workspace TEXT NOT NULL,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  zone TEXT,
  dm TEXT,
  is_member INTEGER NOT NULL,
  is_active INTEGER NOT NULL,
  seen_at INSTANT NOT NULL,
  PRIMARY KEY (workspace, id)
) STRICT;

CREATE TABLE policies (
  version TEXT NOT NULL PRIMARY KEY,
  text TEXT NOT NULL,
  holidays TEXT NOT NULL,
  accepted_at INSTANT NOT NULL
) STRICT;

-- name: outbox_by_conversation
-- A claim reads only the head of each conversation, however much is queued behind it.
DROP INDEX outbox_queued;
CREATE INDEX outbox_posts ON outbox (workspace, lane, priority, id)
WHERE state = 'queued' AND kind <> 'edit';
CREATE INDEX outbox_edits ON outbox (workspace, priority, id)
WHERE state = 'queued' AND kind = 'edit';
CREATE INDEX outbox_unaddressed ON outbox (workspace, person)
WHERE state = 'queued' AND lane IS NULL;

-- name: turns
-- What one replica at a time does: it locks the row until its transaction ends. An
-- advisory lock of a session would be lost behind a pooler in transaction mode.
-- https://www.pgbouncer.org/features.html
CREATE TABLE turns (
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (workspace, name)
) STRICT;

-- name: settlement
-- When a message is looked up in Slack, and since when it is unconfirmed. Until it is
-- reconciled it stays in state 'sending' without a lease.
ALTER TABLE outbox ADD COLUMN verify_at INSTANT;
ALTER TABLE outbox ADD COLUMN doubted_at INSTANT;
CREATE INDEX outbox_verify ON outbox (workspace, verify_at)
WHERE verify_at IS NOT NULL;

-- name: old_edits
-- Only edits are looked for by their age.
DROP INDEX outbox_kinds;
CREATE INDEX outbox_old_edits ON outbox (workspace, queued_at) WHERE kind = 'edit';

-- name: field_words
-- The same words as in the code: rate limit, lock, conversation, target.
ALTER TABLE gates RENAME TO rate_limits;
ALTER TABLE rate_limits RENAME COLUMN opens_at TO limited_until;
UPDATE rate_limits
SET name = 'conversation:' || SUBSTR(name, 6)
WHERE name LIKE 'lane:%';
ALTER TABLE turns RENAME TO locks;
ALTER TABLE outbox RENAME COLUMN lane TO conversation;
ALTER TABLE outbox RENAME COLUMN target TO edit_of;
ALTER TABLE outbox RENAME COLUMN doubted_at TO unconfirmed_at;
ALTER TABLE deadlines RENAME COLUMN promise TO target;
UPDATE outbox_items
SET step = 'page'
WHERE step = 'rung';

-- name: states_and_kinds
-- A state or a kind of its own for what a missing lease, a sentence in last_error or a
-- key of refs used to stand for. SQLite cannot change a CHECK constraint, so the column
-- is added under a new name, filled, and renamed; its indexes are built again.
-- https://www.sqlite.org/lang_altertable.html
ALTER TABLE outbox ADD COLUMN unconfirmed_because TEXT;
ALTER TABLE outbox ADD COLUMN has_lost_parent INTEGER NOT NULL DEFAULT 0;
ALTER TABLE outbox ADD COLUMN new_state TEXT NOT NULL DEFAULT 'queued' CHECK (
  new_state IN (
    'queued', 'sending', 'unconfirmed', 'sent', 'merged', 'superseded', 'dead'
  )
);
UPDATE outbox
SET new_state = CASE
    WHEN state = 'sending' AND lease_until IS NULL AND verify_at IS NOT NULL
    THEN 'unconfirmed'
    ELSE state
  END,
  has_lost_parent = CASE WHEN last_error = 'thread_not_found' THEN 1 ELSE 0 END,
  unconfirmed_because = CASE
    WHEN last_error = 'unknown: the record is older than Slack' THEN 'old_record'
    WHEN last_error = 'unknown: the sender stopped' THEN 'sender_stopped'
    WHEN last_error LIKE 'unknown: %' THEN 'no_answer'
    ELSE NULL
  END,
  kind = CASE
    WHEN kind <> 'notice' THEN kind
    WHEN refs LIKE '{"policy":"accepted"%' THEN 'policy_accepted'
    WHEN refs LIKE '{"policy":"refused"%' THEN 'policy_refused'
    WHEN refs LIKE '{"event":%' THEN 'offer_answered'
    WHEN refs LIKE '{"trouble":"backup"%' THEN 'backup'
    WHEN refs LIKE '{"trouble":"lost_incidents"%' THEN 'lost_incidents'
    WHEN refs LIKE '{"trouble":"reminder"%' THEN 'reminder_fails'
    WHEN refs LIKE '{"trouble":"card"%' THEN 'card_not_posted'
    WHEN refs LIKE '{"trouble":"unknown"%' THEN 'outcome_unknown'
    ELSE 'not_delivered'
  END;
DROP INDEX outbox_sending;
DROP INDEX outbox_heads;
DROP INDEX outbox_posts;
DROP INDEX outbox_edits;
DROP INDEX outbox_unaddressed;
ALTER TABLE outbox DROP COLUMN state;
ALTER TABLE outbox RENAME COLUMN new_state TO state;
CREATE INDEX outbox_sending ON outbox (workspace, lease_until) WHERE state = 'sending';
CREATE INDEX outbox_unconfirmed ON outbox (workspace, priority)
WHERE state = 'unconfirmed';
CREATE INDEX outbox_heads ON outbox (workspace, incident, conversation, id)
WHERE state IN ('queued', 'sending', 'unconfirmed');
CREATE INDEX outbox_posts ON outbox (workspace, conversation, priority, id)
WHERE state = 'queued' AND kind <> 'edit';
CREATE INDEX outbox_edits ON outbox (workspace, priority, id)
WHERE state = 'queued' AND kind = 'edit';
CREATE INDEX outbox_unaddressed ON outbox (workspace, person)
WHERE state = 'queued' AND conversation IS NULL;

-- name: escalations
-- The escalation of what nobody owns and the owner's check-in are two kinds. A CHECK
-- cannot be changed on both engines, so the table is made again.
CREATE TABLE new_deadlines (
  workspace TEXT NOT NULL,
  incident INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (
    kind IN ('first_response', 'update', 'check_in', 'escalation')
  ),
  count INTEGER NOT NULL,
  target TEXT NOT NULL,
  calendar TEXT NOT NULL,
  policy TEXT NOT NULL,
  is_aim INTEGER NOT NULL,
  started_at INSTANT NOT NULL,
  due_at INSTANT NOT NULL,
  late_at INSTANT NOT NULL,
  pauses TEXT NOT NULL,
  paused_at INSTANT,
  changed INTEGER NOT NULL,
  step INTEGER NOT NULL,
  fired INTEGER NOT NULL,
  next_nudge_at INSTANT,
  snoozed_until INSTANT,
  missed_at INSTANT,
  closed_at INSTANT,
  outcome TEXT CHECK (outcome IN ('kept', 'late', 'void')),
  PRIMARY KEY (workspace, incident, kind, count),
  FOREIGN KEY (workspace, incident) REFERENCES incidents (workspace, number)
) STRICT;
UPDATE outbox_items
SET deadline_kind = 'escalation'
WHERE deadline_kind = 'check_in'
  AND EXISTS (
    SELECT 1
    FROM deadlines
    JOIN incidents
      ON incidents.workspace = deadlines.workspace
      AND incidents.number = deadlines.incident
    WHERE deadlines.workspace = outbox_items.workspace
      AND deadlines.incident = outbox_items.incident
      AND deadlines.kind = 'check_in'
      AND deadlines.count = outbox_items.deadline_count
      AND deadlines.closed_at IS NULL
      AND incidents.owner IS NULL
  );
INSERT INTO new_deadlines (
  workspace, incident, kind, count, target, calendar, policy, is_aim, started_at,
  due_at, late_at, pauses, paused_at, changed, step, fired, next_nudge_at,
  snoozed_until, missed_at, closed_at, outcome
)
SELECT
  deadlines.workspace, incident,
  CASE
    WHEN kind = 'check_in' AND deadlines.closed_at IS NULL AND owner IS NULL
    THEN 'escalation'
    ELSE kind
  END,
  count, target, calendar, policy, is_aim, started_at,
  due_at, late_at, pauses, paused_at, changed, step, fired, next_nudge_at,
  snoozed_until, missed_at, deadlines.closed_at, outcome
FROM deadlines
JOIN incidents
  ON incidents.workspace = deadlines.workspace
  AND incidents.number = deadlines.incident;
DROP TABLE deadlines;
ALTER TABLE new_deadlines RENAME TO deadlines;
CREATE INDEX deadlines_next_nudge ON deadlines (workspace, next_nudge_at)
WHERE next_nudge_at IS NOT NULL;
CREATE INDEX deadlines_late ON deadlines (workspace, late_at)
WHERE closed_at IS NULL AND missed_at IS NULL AND paused_at IS NULL;
CREATE INDEX deadlines_fallen ON deadlines (workspace, (COALESCE(missed_at, late_at)))
WHERE kind IN ('first_response', 'update') AND is_aim = 0;

-- name: leavers
-- Since when the bot knows that a person can own nothing any more, until their work is
-- released. By `updated`, Slack's own stamp of an account, older news is recognized.
ALTER TABLE people ADD COLUMN leaving_at INSTANT;
ALTER TABLE people ADD COLUMN updated INTEGER NOT NULL DEFAULT 0;
CREATE INDEX people_leaving ON people (workspace, leaving_at)
WHERE leaving_at IS NOT NULL;

-- name: undocumented_refusals
-- Since when Slack has refused a message with a code that we do not know.
ALTER TABLE outbox ADD COLUMN refused_since INSTANT;

-- name: people_listing
-- Where to read on in Slack's list of everybody, until its last page was read. The
-- first page is ''.
CREATE TABLE people_listing (
  workspace TEXT NOT NULL PRIMARY KEY,
  next_page TEXT NOT NULL
) STRICT;

-- name: deleted_cards
-- Whether a card was deleted before. Replies that found no thread used to count that.
ALTER TABLE outbox RENAME COLUMN has_lost_parent TO was_deleted;
UPDATE outbox
SET was_deleted = 0
WHERE was_deleted = 1;

-- name: held_reminders
-- What is kept for a person until their day begins. Their morning list takes it over.
CREATE TABLE held (
  workspace TEXT NOT NULL,
  person TEXT NOT NULL,
  incident INTEGER NOT NULL,
  deadline_kind TEXT NOT NULL,
  deadline_count INTEGER NOT NULL,
  fired INTEGER NOT NULL,
  step TEXT NOT NULL,
  because TEXT NOT NULL,
  held_at INSTANT NOT NULL,
  until INSTANT NOT NULL,
  PRIMARY KEY (workspace, person, incident, deadline_kind, deadline_count)
) STRICT;
ALTER TABLE outbox_items ADD COLUMN held_at INSTANT;

-- name: deleted_messages
-- When a message was deleted that a newer one had replaced.
ALTER TABLE outbox ADD COLUMN deleted_at INSTANT;

-- name: receipts
-- What became of each reminder that was due, for each place. One without an outcome is
-- in a message to that place, whose state tells. What was fired before has none.
CREATE TABLE receipts (
  workspace TEXT NOT NULL,
  incident INTEGER NOT NULL,
  deadline_kind TEXT NOT NULL,
  deadline_count INTEGER NOT NULL,
  fired INTEGER NOT NULL,
  place TEXT NOT NULL,
  step TEXT NOT NULL,
  due_at INSTANT NOT NULL,
  outcome TEXT CHECK (outcome IN ('merged', 'held', 'superseded')),
  reason TEXT,
  held_until INSTANT,
  PRIMARY KEY (workspace, incident, deadline_kind, deadline_count, fired, place)
) STRICT;
ALTER TABLE deadlines ADD COLUMN receipts_from INTEGER NOT NULL DEFAULT 0;
UPDATE deadlines
SET receipts_from = fired;
-- name: suggestions
-- What became of a text that was triaged, and never the text. `about` is the link of
-- its message, or the key of the command, and `decision` a severity or 'none'.
CREATE TABLE suggestions (
  workspace TEXT NOT NULL,
  about TEXT NOT NULL,
  candidates TEXT NOT NULL,
  decision TEXT NOT NULL,
  incident INTEGER,
  by_person TEXT NOT NULL,
  decided_at INSTANT NOT NULL,
  PRIMARY KEY (workspace, about),
  FOREIGN KEY (workspace, incident) REFERENCES incidents (workspace, number)
) STRICT;
CREATE INDEX suggestions_of_incident ON suggestions (workspace, incident)
WHERE incident IS NOT NULL;

-- name: do_not_disturb
-- Until when a person's phone makes no sound, as far as was read.
ALTER TABLE people ADD COLUMN quiet_until INSTANT;
-- name: covers
-- Who was asked to be on call instead of whom, who accepted, and when. One request may
-- be about several rotations or levels.
CREATE TABLE covers (
  workspace TEXT NOT NULL,
  request TEXT NOT NULL,
  of_what TEXT NOT NULL,
  instead_of TEXT NOT NULL,
  begins_at INSTANT NOT NULL,
  ends_at INSTANT NOT NULL,
  asked_by TEXT NOT NULL,
  asked_of TEXT NOT NULL,
  asked_at INSTANT NOT NULL,
  accepted_by TEXT,
  accepted_at INSTANT,
  withdrawn_by TEXT,
  withdrawn_at INSTANT,
  PRIMARY KEY (workspace, request, of_what)
) STRICT;

CREATE INDEX covers_end ON covers (workspace, ends_at);

-- name: held_for_rotations
-- The rotation for which an owner holds an incident: it goes to who comes on next.
ALTER TABLE incidents ADD COLUMN rotation TEXT;
CREATE INDEX incidents_of_rotations ON incidents (workspace, number)
WHERE status = 'open' AND rotation IS NOT NULL;

-- name: offers_that_end
-- When an offer of an incident goes back, unless it is answered by then.
ALTER TABLE incidents ADD COLUMN offered_until INSTANT;
CREATE INDEX incidents_offered ON incidents (workspace, offered_until)
WHERE offered_until IS NOT NULL;

-- name: messages_to_people
-- What stands in somebody's DM about an incident besides reminders, which have items.
CREATE INDEX outbox_to_people ON outbox (workspace, incident)
WHERE person IS NOT NULL AND kind IN ('note', 'offer', 'offer_answered');

-- name: resolutions
-- A resolution is a deadline as well. A CHECK cannot be changed on both engines, so the
-- table is made again.
CREATE TABLE new_deadlines (
  workspace TEXT NOT NULL,
  incident INTEGER NOT NULL,
  kind TEXT NOT NULL CHECK (
    kind IN ('first_response', 'update', 'resolution', 'check_in', 'escalation')
  ),
  count INTEGER NOT NULL,
  target TEXT NOT NULL,
  calendar TEXT NOT NULL,
  policy TEXT NOT NULL,
  is_aim INTEGER NOT NULL,
  started_at INSTANT NOT NULL,
  due_at INSTANT NOT NULL,
  late_at INSTANT NOT NULL,
  pauses TEXT NOT NULL,
  paused_at INSTANT,
  changed INTEGER NOT NULL,
  step INTEGER NOT NULL,
  fired INTEGER NOT NULL,
  next_nudge_at INSTANT,
  snoozed_until INSTANT,
  missed_at INSTANT,
  closed_at INSTANT,
  outcome TEXT CHECK (outcome IN ('kept', 'late', 'void')),
  receipts_from INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (workspace, incident, kind, count),
  FOREIGN KEY (workspace, incident) REFERENCES incidents (workspace, number)
) STRICT;
INSERT INTO new_deadlines (
  workspace, incident, kind, count, target, calendar, policy, is_aim, started_at,
  due_at, late_at, pauses, paused_at, changed, step, fired, next_nudge_at,
  snoozed_until, missed_at, closed_at, outcome, receipts_from
)
SELECT
  workspace, incident, kind, count, target, calendar, policy, is_aim, started_at,
  due_at, late_at, pauses, paused_at, changed, step, fired, next_nudge_at,
  snoozed_until, missed_at, closed_at, outcome, receipts_from
FROM deadlines;
DROP TABLE deadlines;
ALTER TABLE new_deadlines RENAME TO deadlines;
CREATE INDEX deadlines_next_nudge ON deadlines (workspace, next_nudge_at)
WHERE next_nudge_at IS NOT NULL;
CREATE INDEX deadlines_late ON deadlines (workspace, late_at)
WHERE closed_at IS NULL AND missed_at IS NULL AND paused_at IS NULL;
CREATE INDEX deadlines_fallen ON deadlines (workspace, (COALESCE(missed_at, late_at)))
WHERE kind IN ('first_response', 'update') AND is_aim = 0;

-- name: folded_messages
-- The list that says what this message would have said, and is sent instead.
ALTER TABLE outbox ADD COLUMN folded_into TEXT;
CREATE INDEX outbox_folded ON outbox (workspace, folded_into, id)
WHERE folded_into IS NOT NULL;
CREATE INDEX outbox_of_person ON outbox (workspace, person, queued_at)
WHERE person IS NOT NULL AND kind <> 'edit';

-- name: quiet_hours
-- The hours of each day in which a person wants to hear only what wakes people.
ALTER TABLE people ADD COLUMN quiet_hours TEXT;

-- name: next_shifts
-- When each person is on call next, as far as they know.
CREATE TABLE next_shifts (
  workspace TEXT NOT NULL,
  person TEXT NOT NULL,
  of_what TEXT NOT NULL,
  begins_at INSTANT NOT NULL,
  ends_at INSTANT NOT NULL,
  PRIMARY KEY (workspace, person, of_what)
) STRICT;

-- name: feeds
-- What was last read of a calendar from elsewhere: who is on call from when to when.
-- `source` is a hash of where it is and how it is read; `tried_at` is of the system clock.
CREATE TABLE feeds (
  workspace TEXT NOT NULL,
  name TEXT NOT NULL,
  source TEXT NOT NULL,
  tried_at INSTANT NOT NULL,
  read_at INSTANT,
  stretches TEXT,
  PRIMARY KEY (workspace, name)
) STRICT;

-- name: feeds_told
-- Hashes of the unknown names in it of which the leads have heard.
ALTER TABLE feeds ADD COLUMN told TEXT;
-- name: reopened_at
-- When an incident was last reopened after it was resolved.
ALTER TABLE incidents ADD COLUMN reopened_at INSTANT;
UPDATE incidents
SET reopened_at = (
  SELECT MAX(reopening.at)
  FROM events AS reopening
  WHERE reopening.workspace = incidents.workspace
    AND reopening.incident = incidents.number
    AND reopening.kind = 'reopened'
    AND (
      SELECT ending.kind
      FROM events AS ending
      WHERE ending.workspace = reopening.workspace
        AND ending.incident = reopening.incident
        AND ending.id < reopening.id
        AND ending.kind IN ('resolved', 'voided')
      ORDER BY ending.id DESC
      LIMIT 1
    ) = 'resolved'
);

-- name: held_suggestions
-- Messages in an intake channel of which somebody is to hear when their day begins.
CREATE TABLE held_suggestions (
  workspace TEXT NOT NULL,
  channel TEXT NOT NULL,
  ts TEXT NOT NULL,
  due_at INSTANT NOT NULL,
  PRIMARY KEY (workspace, channel, ts)
) STRICT;
