# What the window says, in English. The keys are those of zh.ftl; tests/it/words.rs compares them with the code.

research-use = Research use only – not for diagnosis
back = Back
done = Done

# First run: where records are kept.
first-title = Where should records be kept?
first-records = Keep records on this computer, encrypted
first-records-body = What you open and read is there again the next time, under your name and a passphrase. Without the passphrase or the recovery key nobody can read it.
first-nothing = Keep nothing
first-nothing-body = When the window closes or locks, everything that was open in it is gone. Your files stay where they are.

# First run: the first person.
new-title = Your name and a passphrase
name = Name
passphrase = Passphrase
passphrase-again = Passphrase again
passphrase-rule = At least { $wanted } characters. A few words that do not belong together are strong and easy to remember.
passphrase-show = Show
passphrase-hide = Hide
strength = { $score ->
    [0] Very weak
    [1] Weak
    [2] Fair
    [3] Good
   *[other] Strong
}
strength-name = Strength of the passphrase
new-create = Create
new-name-missing = Enter a name.
new-too-short = { $found } of at least { $wanted } characters
new-too-weak = This passphrase is too easy to guess.
new-too-long = At most 256 characters.
new-holds-name = The passphrase must not hold your name.
new-different = The two passphrases differ.

# First run: the recovery key.
recovery-title = Your recovery key
recovery-body = It opens the records when the passphrase is lost. It is shown only now. Keep it on paper, away from this computer.
recovery-print = Print
recovery-printed = Sent to the printer.
recovery-not-printed = No printer took it. Write it down.
recovery-noted = I have written it down
recovery-go-on = Go on

# Sign in.
sign-in-title = Sign in
sign-in = Sign in
sign-in-working = Checking…
sign-in-forgot = Forgot the passphrase? Use the recovery key
accept = Accept this copy
accept-body = An administrator can take the records as they are now. What was written after this copy was made is lost, and the log says who accepted it. Do it only if you know that the records were moved or restored: type the passphrase again.
trouble-wrong = The name or the passphrase is wrong.
trouble-wait = Too many tries. Wait { $seconds } s, then try again.
trouble-newer = A newer Wardlight has written these records. Start that version.
trouble-damaged = The records are damaged. Restore the newest backup: wardlight store restore.
trouble-tampered = These are not the records that were written last: an older copy was put back, or they were changed. Ask an administrator.
trouble-in-use = Another window or command has these records open. Close it and try again.
trouble-full = The disk is full. Make room and try again.
trouble-read-only = The folder of the records cannot be written. Ask who looks after this computer.
trouble-not-allowed = You may not do this. Ask an administrator.
trouble-storage = The records cannot be read or written here. Try again, or ask who looks after this computer.

# By the recovery key.
recover-title = A new passphrase
recover-body = Type the recovery key as it was printed, your name, and a passphrase to use from now on. The log says that the key was used.
recover-key = Recovery key
recover = Open

# Locked.
locked-title = Locked
locked-idle = Nobody used the window for { $minutes ->
    [one] a minute
   *[other] { $minutes } minutes
}.
locked-suspended = The computer went to sleep.
locked-session = The desktop was locked.
locked-user = Someone else took over the screen.
locked-asked = You locked the window.
locked-who = Signed in: { $name }
locked-unlock = Unlock
locked-switch = Sign in as someone else
locked-nothing = Nothing was kept: open your files again.
locked-open = Go on
locked-work = Training or evaluation goes on.
lock-soon = Locks in { $seconds } s

# The sheet for lock and language.
safety-title = Lock and language
safety-language = Language
safety-minutes = Lock after minutes without use
safety-go-on = Training and evaluation go on while locked
safety-records = Records
safety-records-kept = kept on this computer, encrypted
safety-records-none = nothing is kept
safety-choose = Choose again
safety-lock = Lock now

# In an emergency.
glass-title = Break the glass
glass-body = Until the window locks you may open, score, read and export as a reader may. An administrator and the auditor see that you did, and why.
glass-reason = Reason
glass = Break the glass

# The audit log.
log-title = Audit log
log-lead = Who did what in these records, newest first. Looking at it is written down too.
log-day = Day, UTC
log-day-hint = 2026-11-27
log-action = Deed
log-person = Person
log-all = All
log-loud = Alerts only
log-look = Read again
log-time = Time, UTC
log-outcome = Outcome
log-case = Case
log-detail = Detail
log-done = done
log-refused = refused
log-failed = failed
log-alert = Alert
log-none = No record fits.
log-reading = Reading…
log-shown = { $n ->
    [one] One record
   *[other] { $n } records
}
log-more = The newest { $n } records; narrow the filter for older ones.
log-out = Write to this file
log-form = Form
log-export = Export
log-dicom = DICOM audit XML
log-fhir = FHIR AuditEvent

# What was done.
deed-started = Started
deed-stopped = Stopped
deed-store-created = Records made
deed-upgraded = Records upgraded
deed-log-viewed = Log viewed
deed-log-exported = Log exported
deed-case-opened = Case opened
deed-scored = Scored
deed-scope-overridden = Scored beyond scope
deed-reading-recorded = Reading recorded
deed-annotated = Annotated
deed-searched = Searched
deed-worklist-changed = Worklist changed
deed-patient-erased = Patient erased
deed-exported = Exported
deed-patient-exported = Patient exported
deed-deidentified = De-identified
deed-backed-up = Backed up
deed-restored = Restored from a backup
deed-case-received = Case received
deed-glass-broken = Glass broken
deed-tampering-found = Tampering found
deed-copy-accepted = Copy accepted
deed-clock-went-back = Clock went back
deed-person-added = Person added
deed-person-removed = Person removed
deed-roles-changed = Roles changed
deed-passphrase-changed = Passphrase changed
deed-recovery-key-changed = Recovery key changed
deed-keys-renewed = Keys renewed
deed-threshold-changed = Threshold changed
deed-model-changed = Model changed
deed-store-checked = Records checked
deed-access-refused = Access refused
deed-signed-in = Signed in
deed-sign-in-failed = Sign-in failed
deed-signed-out = Signed out
deed-locked = Locked
deed-recovered = Recovery key used

# The page of de-identified copies.
deid-title = De-identified copy
deid-lead = What is in the middle, without what names the patient. The file itself stays as it is.
deid-nothing = Open a DICOM file or a note first: a copy is made of what is in the middle.
deid-options = What stays
deid-dates = Dates
deid-dates-shift = Moved, all of a patient by the same days
deid-dates-remove = Removed
deid-dates-keep = Kept as they are
deid-dates-unknown = The file does not name its patient, so its dates are removed.
deid-pixels = Look for text in the picture
deid-characteristics = Keep sex, age, size and weight
deid-descriptors = Keep descriptions, cleaned
deid-reports = Keep reports and graphics, cleaned
deid-device = Keep what tells the device
deid-institution = Keep what tells the institution
deid-private = Keep private attributes known to be safe
deid-uids = Keep UIDs
deid-stopped = The search was stopped: nothing is known of the picture.
deid-again = Look again
deid-stop = Stop
deid-searching = Looking at header and picture…
deid-face = A face could be rebuilt from this picture
deid-face-words = Nothing here removes a face. It can only be shared if somebody answers for that; the reason is kept in the report of the copy.
deid-face-reason = Why it may be shared
deid-face-accept = Take the risk
deid-face-accepted = A face could be rebuilt from this picture; you have accepted that.
deid-not-searched = Nothing has looked for text in this picture: look at every corner yourself, in several windows.
deid-says-burned-in = The file itself says that text is burned into its picture.
deid-regions = Ultrasound: everything outside the calibrated regions is covered.
deid-hold = Pictures of this kind often carry text: look at every corner.
deid-copy = The copy
deid-folder = Folder for copies
deid-browse = Choose…
deid-looked = I have looked at the whole picture; nothing in it names the patient
deid-looked-frames = I have looked at all { $n } frames; nothing in them names the patient
deid-read = I have read the whole note; nothing in it names the patient
deid-too-long = The note is too long to be read here. Use “wardlight deidentify”, and read the copy that it holds.
deid-write = Write the copy
deid-look-first = Nobody finds everything by rule: look first, then tick.
deid-written = The copy is written
deid-same-records = The same patient gets the same pseudonym again: the records keep the secret.
deid-same-sitting = The same patient gets the same pseudonym until the window is closed.
deid-picture = The picture as the copy will have it
deid-hint = Click a cover to lift it · drag to cover · wheel, Ctrl and wheel, Shift and drag to move
deid-frame = Frame { $n } of { $all }
deid-covers = Covered in the picture
deid-no-covers = Nothing is covered.
deid-by-rule = { $n ->
    [one] One area is covered by the rule for this kind of picture.
   *[other] { $n } areas are covered by the rule for this kind of picture.
}
deid-drawn = Drawn by hand
deid-unread = Something like text
deid-marker = side marker, stays
deid-header = Header
deid-changes = { $n ->
    [0] No attribute changes.
    [one] One attribute changes.
   *[other] { $n } attributes change.
}
deid-empty = (empty)
deid-none = (none)
deid-gone = removed
deid-found = Replaced in the note
deid-places = { $n ->
    [0] No rule found anything to replace.
    [one] One place is replaced.
   *[other] { $n } places are replaced, unless you lift them.
}
deid-note-hint = Click a marked place to keep it, or any other word to replace it.
copy-no-search = Text could not be looked for in the picture
copy-no-search-remedy = Reinstall Wardlight; without that search no copy is made here.
copy-changed = The file is not what was opened
copy-changed-remedy = Open it again, then make the copy.
copy-taken = The folder holds another copy of it already
copy-taken-remedy = Choose another folder: the copy that is there was made in another way.
copy-folder = The folder cannot be read
copy-folder-remedy = Choose another folder, or ask who looks after this one.
copy-failed = The copy could not be written
copy-failed-remedy = Choose another folder; report this with the cause.
copy-cancelled = Cancelled
copy-cancelled-remedy = Start it again when you want it.
copy-no-secret = No secret for the pseudonyms
copy-no-secret-remedy = Try again; the system gave no random numbers.
kind-name = Name
kind-date = Date
kind-age = Age over 89
kind-phone = Phone
kind-number = Number
kind-email = E-mail
kind-url = Web address
kind-address = Address
kind-institution = Institution
why-known = in the record
why-marked = marked by hand
why-form = by its form
why-label = after a label
why-title = by a title
why-degree = by a degree
why-signature = by a signature
why-relation = by a relation
why-list = in a list of names
why-unknown-word = an unknown word
why-repeated = as before in the text

# Notices: what happened, and what to do.
notice-role = Your role does not allow this
notice-role-remedy = Ask an administrator for a role that may.
notice-role-glass = Ask an administrator for a role that may. In an emergency, break the glass: Ctrl K, then type “glass”.
notice-glass = You read as in an emergency
notice-glass-remedy = Until the window locks you may do what a reader may. The log says so, with your reason.
notice-no-log = There is no audit log
notice-no-log-remedy = Keep records on this computer: Lock and language, Choose again.
notice-no-day = This is no day
notice-no-day-remedy = Type it like 2026-11-27, or leave it empty.
notice-where = Where is the log to be written?
notice-where-remedy = Type the whole path of a new file, from the root on.
notice-written = The audit log is written
notice-written-remedy = It names people and deeds, and no patient.
not-kept = Not kept in the records: { $what }
store-not-there = There are no records here
store-not-there-remedy = Start Wardlight again and choose where records are kept.
store-already-there = There are records here already
store-already-there-remedy = Start Wardlight again and sign in to them.
store-wrong = The name or the passphrase is wrong
store-wrong-remedy = Type both again, or use the recovery key.
store-wait = Too many tries
store-wait-remedy = Wait a little and try again.
store-newer = A newer Wardlight has written these records
store-newer-remedy = Start that version.
store-in-use = Another program has the records open
store-in-use-remedy = Close the other window or the running command, and try again.
store-damaged = The records are damaged
store-damaged-remedy = Restore the newest backup: wardlight store restore FILE.
store-tampered = The records are not those that were written last
store-tampered-remedy = Ask who looks after them: an older copy was put back, or they were changed.
store-not-allowed = You may not do this
store-not-allowed-remedy = Ask an administrator for a role that may.
store-mismatch = It belongs to another case
store-mismatch-remedy = Open the file again and repeat it.
store-weak = The passphrase is too easy to guess
store-weak-remedy = Choose a longer one, of words that do not belong together.
store-unknown = The records do not know it
store-unknown-remedy = Open the file again and repeat it.
store-refused = Something is missing
store-refused-remedy = Fill it in and try again.
store-full = The disk is full
store-full-remedy = Make room and repeat it.
store-read-only = The folder of the records cannot be written
store-read-only-remedy = Ask who looks after this computer to make it writable.
store-storage = The records cannot be read or written
store-storage-remedy = Try again; if it fails again, ask who looks after this computer.
store-crypto = A key could not be used
store-crypto-remedy = Start Wardlight again; report this with the cause.
cause = Cause
copy = Copy
copy-hint = Copy headline, remedy and cause
try-again = Try again
dismiss = Dismiss

# What frames the pages.
back-to-reading = Back to reading
offline = offline · no telemetry
decode-worker = decode worker: { $verdict }
sandbox-full = full sandbox
sandbox-partial = partial sandbox
sandbox-none = no sandbox but a process of its own
models-loading = loading models…
models-ready = { $n ->
    [one] { $n } model ready
   *[other] { $n } models ready
}
threads = { $n ->
    [one] { $n } thread
   *[other] { $n } threads
}
work-evaluating = Evaluating
work-training = Training

# Fields of the log, by the name that stands in a record.
log-field = { $name }: { $value }
field-added = model added
field-after = after
field-allowed = program allowed
field-by-ms = back by, ms
field-chosen = model chosen
field-covered = areas covered
field-face = a face could be rebuilt, risk taken
field-found = found
field-from = from version
field-generation = generation of the keys
field-has-more = there were more
field-has-reason = a reason is kept with it
field-item = file
field-kind = kind
field-label = class
field-model = model
field-n-bytes = bytes
field-n-found = cases found
field-n-records = records
field-n-rows = rows
field-no-longer-allowed = program no longer allowed
field-person = person
field-prevalence = prevalence
field-reads-data = sealed files read too
field-reason = reason
field-refused = the model had refused
field-removed-site = site removed
field-replaced = places replaced
field-right = right
field-site = site
field-to = to version
field-verdict = word
field-version = version
field-weights-sha256 = weights, SHA-256
field-what = what
field-withdrawn = taken back

# Codes in these fields.
code-none = none
code-yes = yes
code-no = no
code-scan = scan
code-note = note
code-evaluation-report = evaluation report
code-overlay-and-result = overlay and result
code-restore = restored from a backup
code-letter = a letter of the inbox that cannot be opened
code-audit-log = an audit log that is not the one written last
code-key-file = a file of keys that is not the one written last
code-store = records that are not those written last
verdict-agree = agrees
verdict-disagree = disagrees
verdict-unsure = unsure
verdict-withdrawn = takes the word back
reason-idle = nobody used the window
reason-suspended = the computer went to sleep
reason-session = the desktop was locked
reason-user = someone else took over the screen
reason-asked = asked for
right-open-case = open a case
right-search = search cases
right-score = score a case
right-override-scope = score beyond a model's scope
right-read = agree or disagree with an answer
right-annotate = annotate a picture
right-export = export a case
right-deidentify = de-identify a case
right-break-glass = break the glass in an emergency
right-manage-people = manage people
right-change-model = change the models
right-change-threshold = change a threshold
right-backup = back up or restore
right-check = check the store
right-rekey = renew the keys
right-export-patient = export a patient's whole record
right-erase-patient = erase a patient
right-view-audit = view the audit log
right-export-audit = export the audit log
