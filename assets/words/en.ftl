# What the window says, in English. The keys are those of zh.ftl; tests/it/words.rs compares them with the code.

research-use = Research use only – not for diagnosis
back = Back
done = Done

# First run: where records are kept.
first-welcome = Welcome to Wardlight
first-sample = Then open the sample case
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
locked-waiting = Files came meanwhile. They open once you are back in.
lock-soon = Locks in { $seconds } s

# The sheet of settings.
safety-title = Settings
safety-language = Language
safety-letters = Letters
safety-mouse = Mouse
safety-minutes = Lock after minutes without use
safety-go-on = Training and evaluation go on while locked
safety-read-first = Read first: a model answers only when it is asked
safety-chooser = Choose files in this window, not in a dialog of the desktop
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
notice-role-glass = Ask an administrator for a role that may. In an emergency, break the glass: { $key }, then type “glass”.
notice-left = Files that came while the window was locked were not opened
notice-left-remedy = Someone else had locked it. Open them again if they are yours.
notice-glass = You read as in an emergency
notice-glass-remedy = Until the window locks you may do what a reader may. The log says so, with your reason.
notice-nothing-again = Nothing was open the last time
notice-nothing-again-remedy = What is open is kept for the next time only with records, under your name.
notice-no-log = There is no audit log
notice-no-log-remedy = Keep records on this computer: Settings, Choose again.
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
field-file-sha256 = file, SHA-256
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
field-n-files = files
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
code-presentation = drawn over images
code-batch-report = report of a batch
code-evaluation-report = evaluation report
code-worklist = worklist
code-overlay-and-result = overlay and result
code-view-picture = view as a picture
code-view-page = view on a page
code-view-clipboard = view to the clipboard
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

# Actions: name and tooltip.
group-case = Case
group-picture = Picture
group-result = Result
group-window = Window
action-open-files = Open…
action-open-files-tip = Choose scans, notes and series; files can also be dropped on the window
action-open-path = Open a path…
action-open-path-tip = Choose files in the window, or type or paste a path
action-open-sample = Open the sample case
action-open-sample-tip = A synthetic chest picture, note and course, made by this program
action-open-again = Open again what was open
action-open-again-tip = Open what was open when you were here last, as you left it; only the records know of it
action-next-item = Next in the study list
action-next-item-tip = Show the next file
action-previous-item = Previous in the study list
action-previous-item-tip = Show the file before
action-close-item = Close
action-close-item-tip = Close the file in the middle
action-put-together = Put together…
action-put-together-tip = Put another open file of the same patient on this page
action-take-apart = Take apart
action-take-apart-tip = Undo the last putting together on this page
action-next-marks = Next marks in the note
action-next-marks-tip = Influence of words, status of findings, both, or what would identify the patient
action-toggle-course = Course on or off
action-toggle-course-tip = Show or hide the course under the scan or note
action-next-hour = Next hour
action-next-hour-tip = Tell of the next hour of the series
action-previous-hour = Previous hour
action-previous-hour-tip = Tell of the hour before
action-score = Score
action-score-tip = Run the models on what is open; nothing leaves this computer
action-score-beyond-scope = Score all the same
action-score-beyond-scope-tip = Score what the model refused as outside its scope; the result says so
action-toggle-overlay = Overlay on or off
action-toggle-overlay-tip = Show or hide the influence map
action-opacity-up = Overlay stronger
action-opacity-up-tip = More opaque influence map
action-opacity-down = Overlay weaker
action-opacity-down-tip = More transparent influence map
action-next-label = Explain the next label
action-next-label-tip = Show the influence on the next label
action-next-method = Next explanation method
action-next-method-tip = Explain with the next method
action-check-map = Check this map
action-check-map-tip = Take away what the map names and watch the score; some seconds
action-toggle-strength = Same strength for every score
action-toggle-strength-tip = Draw the map as strongly below the operating point as above it, or not
action-compare-models = Compare with another model
action-compare-models-tip = Ask the next model that reads this picture beside this one, or none after the last
action-swap-models = Swap the two models
action-swap-models-tip = Put the model beside in front, with its map and your words on its answer
action-next-finding = Next finding
action-next-finding-tip = The next place of the map, then the next class above its operating point, then the next scored slice with one
action-next-map-form = Heat, outline or both
action-next-map-form-tip = What is drawn of the influence map
action-toggle-raw-map = Map as computed
action-toggle-raw-map-tip = Draw the map's own cells, not smoothed, or not
action-agree = Agree
action-agree-tip = Your reading agrees with the model
action-disagree = Disagree
action-disagree-tip = Your reading differs from the model
action-unsure = Unsure
action-unsure-tip = You are not sure
action-say-why = Say why
action-say-why-tip = Types why you agree, disagree or are unsure; Enter keeps it
action-save-overlay = Save overlay and result…
action-save-overlay-tip = Write the overlay as PNG and the result as JSON beside it
action-copy-view = Copy view
action-copy-view-tip = Put what this viewport shows into the clipboard, with a caption; locking the window takes it out again
action-save-view = Save view…
action-save-view-tip = Write the section shown or the whole picture as PNG, with or without what lies over it
action-print-view = Print view…
action-print-view-tip = Put the view and the answer on a page as PDF, and open it in the program that prints
action-auto-window = Automatic window
action-auto-window-tip = Window from the grey values of the frame
action-window-n = Window { $n }
action-window-first-tip = First window of the file, or lung
action-window-second-tip = Second window
action-window-third-tip = Third window
action-window-fourth-tip = Fourth window
action-window-fifth-tip = Fifth window
action-window-sixth-tip = Sixth window
action-invert = Invert
action-invert-tip = Dark becomes bright
action-reset-view = Reset the view
action-reset-view-tip = First window, fitted, not inverted, not turned; all of a series
action-turn-right = Turn right
action-turn-right-tip = A quarter clockwise, on screen only; the model reads the scan as it is stored
action-turn-left = Turn left
action-turn-left-tip = A quarter counter-clockwise, on screen only
action-flip-across = Flip left and right
action-flip-across-tip = Left and right exchanged, on screen only; the letters tell the sides of the patient
action-flip-down = Flip top and bottom
action-flip-down-tip = Top and bottom exchanged, on screen only
action-play = Play frames
action-play-tip = Show the frames one after the other, round and round, until pressed again
action-magnify = Magnifier
action-magnify-tip = Twice as large round the pointer, until pressed again
action-next-layout = Layout
action-next-layout-tip = One scan, two side by side, or two by two
action-next-viewport = Next viewport
action-next-viewport-tip = Make the next scan on screen the active one
action-toggle-overs = Drawings over the image
action-toggle-overs-tip = Overlay planes, segments, parametric maps and presentation states that name this image
action-toggle-planes = Three planes
action-toggle-planes-tip = Axial, coronal and sagittal pictures through the series; the same key leads back to the slices
action-compare-prior = Compare with the scan before
action-compare-prior-tip = Put the patient's last scan before this one beside it
action-link-viewports = Viewports linked or apart
action-link-viewports-tip = Pan, zoom, window and frames of all scans on screen together, or each its own
action-length = Length
action-length-tip = Draw a line and read its length in mm, or in pixels where the file gives no size
action-angle = Angle
action-angle-tip = Draw one arm to the corner, then click the end of the other
action-rectangle = Rectangle
action-rectangle-tip = Area and grey values of a rectangle
action-ellipse = Ellipse
action-ellipse-tip = Area and grey values of an ellipse
action-probe = Pixel value
action-probe-tip = Click a pixel and keep its value
action-arrow = Arrow
action-arrow-tip = Draw an arrow to what is meant
action-remove-mark = Remove mark
action-remove-mark-tip = Remove the chosen mark, else the last one on the frame
action-undo = Undo mark
action-undo-tip = Take the last change of the marks back
action-redo = Redo mark
action-redo-tip = Do it again
action-point-at = Point at a nodule
action-point-at-tip = Then click it: some models read only what lies around a point
action-zoom-in = Zoom in
action-zoom-in-tip = Larger; also Ctrl and wheel, or right drag
action-zoom-out = Zoom out
action-zoom-out-tip = Smaller
action-next-frame = Next frame
action-next-frame-tip = Also the wheel; the next hour of a series
action-previous-frame = Previous frame
action-previous-frame-tip = Also the wheel
action-first-frame = First frame
action-first-frame-tip = Go to the first frame
action-last-frame = Last frame
action-last-frame-tip = Go to the last frame
action-toggle-texts = Corner texts on or off
action-toggle-texts-tip = Show or hide the texts in the corners
action-deidentify = De-identify…
action-deidentify-tip = See what names the patient, correct it, and write a copy without it
action-evaluate = Evaluate a model
action-evaluate-tip = Measure a model on images whose answer you know
action-train = Train a model
action-train-tip = Make a model from a recipe and labelled data
action-toggle-study-list = Study list on or off
action-toggle-study-list-tip = Show or hide what is open
action-toggle-theme = Light or dark
action-toggle-theme-tip = Change between the dark and the light theme
action-letters-larger = Larger letters
action-letters-larger-tip = Make letters and controls larger; pictures stay sharp
action-letters-smaller = Smaller letters
action-letters-smaller-tip = Make letters and controls smaller; pictures stay sharp
action-letters-usual = Letters of usual size
action-letters-usual-tip = Back to letters and controls of 100 %
action-palette = All actions
action-palette-tip = Search all actions
action-keys = Keys
action-keys-tip = All keys on one sheet
action-usual-keys = Give all keys back
action-usual-keys-tip = All actions get the program’s own keys again
action-log = Audit log
action-log-tip = Who did what in the records, newest first
action-worklist = Worklist
action-worklist-tip = Cases that are open, kept or scored in one table, the most urgent first; once more leads back to reading
action-next-unread = Next unread case
action-next-unread-tip = Go to the next case of the worklist that nobody has read
action-break-glass = Break the glass…
action-break-glass-tip = In an emergency: read as a reader may, for a reason that the log keeps
action-lock = Lock
action-lock-tip = Close everything that is open and show nothing until you come back
action-safety = Settings…
action-safety-tip = Language, letters, mouse, lock, records, and when a model answers
action-about = About Wardlight
action-about-tip = Version, models and their self-test, installation, licences
action-test-models = Test the models
action-test-models-tip = Load each model anew, check its files, and have it give its known answer
action-escape = Back
action-escape-tip = Close what lies on top, else go back to reading, else stop what runs, else reset the view
action-quit = Quit
action-quit-tip = Close Wardlight

# The title of the window.
title-locked = locked
title-evaluating = evaluating
title-evaluated = evaluated
title-evaluation = evaluation
title-log = audit log
title-about = about
title-worklist = worklist
title-looking = looking
title-copy-written = copy written
title-copy = de-identified copy
title-training = training
title-trained = trained
title-train = ready to train
title-opening = opening
title-scoring = scoring
title-explaining = explaining
title-explained = scored and explained
title-scored = scored
title-not-scored = not scored
title-open = open

# Palette, keys, path.
palette-search = Search all actions
palette-none = No action has this in its name.
keys-title = Keys and mouse
keys-lead = Choose an action, then press its new keys. What is changed is kept.
keys-press = Press the new keys for “{ $name }”. Esc leaves them as they are.
keys-reserved = { $key } cannot be chosen: { $why }
keys-taken = { $key } is already the key of “{ $name }”.
keys-unknown = This key cannot be kept. Letters, digits, signs, F1 to F12 and the like can, alone or with Ctrl and Shift.
keys-swap = Swap with “{ $name }”
keys-clear = No key
keys-none = no key
keys-leave = Leave it
keys-by-name = “{ $name }”
keys-why-escape = it closes what is open and stops what runs.
keys-why-tab = it leads from control to control.
keys-why-enter = it confirms.
keys-why-arrow = lists and sliders need it.
keys-why-text = fields with text need it.
keys-mouse = Mouse over the picture
mouse-right-window = Right-drag window
mouse-left = left drag
mouse-middle = middle drag
mouse-right = right drag
mouse-shift = Shift drag
mouse-ctrl = Ctrl drag
mouse-ctrl-wheel = Ctrl wheel
mouse-lone-wheel = wheel (one frame)
mouse-window = Window
mouse-move = Move
mouse-zoom = Zoom
mouse-frames = Frames
mouse-frames-how = wheel
mouse-menu = Menu
mouse-menu-how = right click
mouse-reset = Reset
mouse-reset-how = double click
path-title = Open files
path-name = Path
path-open = Open
chooser-up = Up
chooser-find = Name, or a path
chooser-find-folder = Name of a folder, or a path
chooser-name = Name of the file, or a path
chooser-places = Places
chooser-recent = Recent
chooser-reading = Reading the folder…
chooser-empty = Nothing to choose here
chooser-cut = The first { $n } are listed; type the name of what is missing
chooser-taken = There is already a file of this name.
chooser-replace = Replace it
chooser-keep = Choose another name
chooser-choose = Choose
chooser-save = Save
chooser-open-folder = Open this folder
chooser-this-folder = Choose this folder
chooser-hidden = Show hidden files
place-home = Home
place-documents = Documents
place-desktop = Desktop
place-root = Computer
cancel = Cancel
close = Close

# How things are called and counted.
modality-xray = X-ray
modality-ct = CT
modality-mr = MR
modality-us = Ultrasound
modality-pet = PET
modality-nm = Nuclear medicine
modality-mg = Mammogram
modality-xa = Angiogram
modality-image = Image
modality-picture = Picture
age-months = { $n } months
age-years = { $n } y
n-frames = { $n ->
    [one] { $n } image
   *[other] { $n } frames
}
n-slices = { $n ->
    [one] { $n } slice
   *[other] { $n } slices
}
over-without-image = The images that it is for are not open
over-without-image-remedy = It is kept, and shown on the images that it names when they are opened.
over-menu = Drawn over
over-planes = Overlay planes of the image
over-state = Presentation state: { $name }
over-segments = Segments: { $name }
over-map = Map: { $name }
over-unit = { $name }: { $low } to { $high } { $unit }
changed-state = by presentation state { $name }
window-auto = auto
window-file = from the file
window-table = From the file: display table
window-table-named = From the file: { $name }
window-lung = lung
window-mediastinum = mediastinum
window-abdomen = abdomen
window-bone = bone
window-brain = brain
window-liver = liver
slices-gap = A gap of { $gap } after slice { $number }; others lie { $usual } apart
slices-uneven = Slices lie { $least } to { $greatest } apart
slices-duplicate = Slice { $number } lies where the one before it lies
slices-tilted = Slices are sheared by { $degrees }°
slices-unplaced = Slices without positions, in the order of their numbers
axis-axial = Axial
axis-coronal = Coronal
axis-sagittal = Sagittal
axis-axial-short = ax
axis-coronal-short = cor
axis-sagittal-short = sag
planes-marks-last = marks here last until the window closes
planes-marks-lost = Marks on these planes were left out
planes-marks-lost-remedy = The series has other slices now, and they would lie elsewhere: draw them again
planes-none = There are no planes through this series
planes-none-remedy = It takes at least two parallel slices with positions and pixel spacing, all of one size.
planes-early = The series is not complete yet
planes-early-remedy = Wait until all files are open, then ask again.
planes-no-result = Results belong to single slices
planes-no-result-why = These pictures are worked out from many files. No model reads them, and no result is shown beside them.
planes-back = Back to the slices
n-pages = { $n ->
    [one] { $n } page
   *[other] { $n } pages
}
n-characters = { $n ->
    [one] { $n } character
   *[other] { $n } characters
}
n-words = { $n ->
    [one] { $n } word
   *[other] { $n } words
}
n-variables = { $n ->
    [one] { $n } variable
   *[other] { $n } variables
}
n-days = { $n } days
n-bases = { $n ->
    [one] { $n } base
   *[other] { $n } bases
}
unit-points = points
unit-share = share
window-words = W { $width } · C { $center }
spacing-none = no pixel size
spacing-detector = { $size } at the detector
span = { $low } to { $high }
share-of = { $share }, { $k } of { $n }
left-less = less than a minute left
left-minutes = about { $n } min left
left-hours = about { $h } h { $n } min left
stage-scoring = Opening and scoring the cases
stage-figures = Working out the figures and their intervals
stage-strangers = Showing it what does not belong
stage-images = Scoring damaged images
stage-cases = Scoring damaged cases
network-without = Without fold { $fold }
network-all = All folds

# Marks between words.
full-stop = .
list-comma = {", "}
clause-comma = {"; "}
list-and = { $rest } and { $last }

# The line at the top.
score-again = Score again
save = Save
open = Open
engine-plain = plain
drop-to-open = Drop to open

# The study list.
study-scans = Study
study-notes = Notes
study-courses = Courses
study-sequences = Sequences
study-recent = Recent
opening = Opening…
opening-files = Opening: { $n } of { $all } files

# Nothing open yet.
empty-title = Open a scan, a note or a course
empty-lead = DICOM, PNG, JPEG, TIFF or BMP; notes as text, RTF, DOCX, PDF or FHIR; measurements as CSV, PhysioNet or FHIR. Files are told apart by what is in them; nothing leaves this computer.
empty-files = Choose files…
empty-path = Type or paste a path…
empty-drop = Or drop files anywhere on this window.
empty-new = New here?
empty-sample = A synthetic chest picture, a note and a course, made by this program.

# The strip under the picture.
strip-auto = Auto
strip-point = Point
strip-by-hand = By hand
strip-window = Window
strip-window-tip = Windows: keys 1 to 6
strip-strength = Strength of the overlay
strip-strength-tip = Strength of the overlay: [ and ]
strip-overlay = Overlay
strip-overlay-tip = The influence map: where the picture moved the score. It is not an outline of disease.
strip-no-label = no label
strip-label = Label that is explained
strip-label-tip = Label that is explained: L for the next
strip-no-method = no method
strip-method = Method of explanation
strip-method-tip = Method of explanation: M for the next
strip-frame = Frame
strip-frame-of = Frame { $number } of { $all }
strip-slice-of = Slice { $number } of { $all }
strip-frame-tip = Wheel, Page up, Page down, Home, End

# The texts on the picture.
spoken-frame = frame { $number } of { $all }
corner-zoom = zoom { $percent } %
corner-by-hand = by hand
corner-colour = colour
corner-table = display table
corner-map = influence map for “{ $label }”
corner-gap = gap { $gap }
corner-drawn = drawn at { $percent }
corner-outline = , line at { $level }
corner-raw = as computed, { $columns } × { $rows } cells
point-click = Click the nodule
point-press = Press { $key } and click the nodule: the model reads { $side } mm around it

# The result.
models = Models
model = Model
models-testing = Loading and testing the models…
result = Result
result-weights = weights { $hash }
scoring = Scoring…
scoring-of = Scoring… { $done } of { $total }
no-model-scan = No model for scans is installed
no-model-note = No model for notes is installed
no-model-series = No model for series is installed
no-model-sequence = No model for sequences is installed
no-model-remedy = Put a model bundle into the models folder and start Wardlight again.
scores-more = { $n } more
score-above = above { $threshold }
score-below = below { $threshold }
score-tip = Show the influence on this label
scope = Within what the model knows
scope-unknown = not checked
scope-unknown-detail = The model brings no test for unusual input.
scope-within = in scope
scope-within-detail = distance { $distance } of { $limit }
scope-outside = out of scope
scope-outside-detail = distance { $distance }, limit { $limit }
scope-although = Scored at your request although:
keep-in-mind = To keep in mind
keep-border = { $share } of the influence lies at the border of the picture, where markers are and lungs are not
limits = The model and its limits
limits-influence = Influence shows what moved the score. It is not an outline of disease.
limits-no-method = { $method } is not offered: it does not explain this kind of network
limits-maps-alike = { $method } is not offered: its maps hardly change when the weights are made random (similarity { $similarity }, and { $baseline } between maps of different pictures)
limits-no-more = { $method } is not offered: the words that it names carry no more of the score than random ones (comprehensiveness { $gone } against { $goneRandom }, sufficiency { $left } against { $leftRandom })
limits-trained = Trained { $when } on { $data }
limits-licence = Licence: { $licence }. Weights { $hash }.

# What an answer means.
meaning-threshold = Threshold of the bundle, { $threshold }: { $rule }. { $calibrated }
meaning-threshold-site = Threshold of site { $site } ({ $date }, { $cases } cases), { $threshold }: { $rule }. { $calibrated }
meaning-exclusive = The { $n } labels exclude each other; there is no threshold. { $calibrated }
n-networks = { $n ->
    [2] two networks
    [3] three networks
    [4] four networks
    [5] five networks
    [6] six networks
    [7] seven networks
    [8] eight networks
    [9] nine networks
    [10] ten networks
   *[other] { $n } networks
}
spread-agree = The { $who } agree on { $low }.
spread-between = The { $who } lie between { $low } and { $high }.
calibrated-not = Not calibrated: a score, not a probability.
calibrated = Calibrated on { $n } held-out cases.
calibrated-platt = Calibrated by Platt's line on { $n } held-out cases.
calibrated-isotonic = Calibrated by isotonic regression on { $n } held-out cases.
found-counted = { $cases } of { $n } ({ $share })
found-both = There, { $found } with { $label } were above the threshold, and { $passed } without it were below.
found-above = There, { $found } with { $label } were above the threshold.
found-below = There, { $passed } without { $label } were below the threshold.
set = At { $coverage }: { $named }. Sets hold the truth for { $coverage } of new cases of each kind (with { $n } calibration cases at worst { $worst }), not for each patient, and void where patients or scanners differ.
set-undecided = At { $coverage }: { $named } - undecided. Sets hold the truth for { $coverage } of new cases of each kind (with { $n } calibration cases at worst { $worst }), not for each patient, and void where patients or scanners differ.
set-none = unlike every kind that it was fitted on
set-or-not = { $label } or not
set-not = not { $label }
set-or = { $first } or { $second }
adjusted = at a prevalence of { $local }: { $probability } (as trained, at { $trained }: { $own })
adjusted-predictive = at a prevalence of { $local }: { $probability } (as trained, at { $trained }: { $own }); there, of those above the threshold { $above } have it (PPV), of those below { $below } do not (NPV)
trust-no-adjusted = No answer at the prevalence that was entered: the model does not tell its own, or has several labels.
trust-no-fit = Site { $site } has no fit for these weights.
trust-title = Prevalence and site
trust-prevalence = Prevalence among your patients, %
trust-prevalence-name = Prevalence in per cent
trust-prevalence-wanted = Wanted a number between 0 and 100.
trust-no-site = No site has a fit yet: `wardlight calibrate` makes one from your own labelled cases.
trust-calibration = Calibration and threshold
trust-site = Site
trust-own = the bundle's own

# The influence map.
map = Influence map
map-none = No influence map
map-none-why = No method passed its test on this model.
map-drawn = Drawn at { $percent }, { $why }
map-whatever = whatever the score
map-below = below the operating point
map-by-score = by the score
map-same = Same for all
map-place = Place { $number } of { $all } in this map (; goes on)
map-checking = Checking…
map-checking-of = Checking… { $done } of { $total } pictures; Esc stops it
map-tested = { $method }: depends on what the model learned: similarity { $similarity } after randomisation, { $baseline } between pictures, n = { $n }
map-tested-erasure = { $method }: names words that the score rests on: comprehensiveness { $gone } ({ $goneRandom } of random words), sufficiency { $left } ({ $leftRandom }), n = { $n }
map-tested-not = { $method }: not tested on this model
map-follows = The score follows this map
map-follows-not = The score does not follow this map
map-disagree = The checks of this map disagree
map-deletion = Removing what the map names lowers the score faster than removing at random: { $own } against { $random }.
map-deletion-not = Removing what the map names does not lower the score faster than removing at random: { $own } against { $random }.
map-insertion = Showing it alone brings it back faster than showing parts at random: { $own } against { $random }. ROAD { $road } against { $roadRandom }.
map-insertion-not = Showing it alone does not bring it back faster than showing parts at random: { $own } against { $random }. ROAD { $road } against { $roadRandom }.

# Whose page it is.
trait-number = patient number
trait-name = name
trait-birth-date = birth date
trait-sex = sex
trait-age = age
identity-same = The patient number agrees.
identity-different = { $n ->
    [one] Not the same patient by its own words: { $traits } differs.
   *[other] Not the same patient by its own words: { $traits } differ.
}
identity-nothing = Not known to be the same patient: there is nothing to compare.
identity-unknown = { $n ->
    [one] Not known to be the same patient: { $traits } agrees, which is no proof.
   *[other] Not known to be the same patient: { $traits } agree, which is no proof.
}
bond-by-person = Put together by you, not by identifiers
apart-same = same patient number
apart-unknown = not known to be the same patient
apart-different = { $n ->
    [one] another patient by its own words, { $traits } differs
   *[other] another patient by its own words, { $traits } differ
}
apart-scan = Not on this page: scan { $file }, { $why }
apart-note = Not on this page: note { $file }, { $why }
apart-series = Not on this page: course { $file }, { $why }
apart-sequence = Not on this page: sequence { $file }, { $why }
apart-more = { $said } (and { $n } more)
kind-scan = Scan
kind-note = Note
kind-series = Course
kind-sequence = Sequence
together-title = Put together on this page
together-lead = A wrong patient is worse than a page too many. What stands on one page is read as of one patient.
together-sure = I have compared both files: it is the same patient all the same
together-put = Put on this page

# What things in a note, a course and NEWS2 are called.
marks-all = Influence and status
marks-influence = Influence
marks-statuses = Status
marks-identifiers = Identifiers
status-affirmed = affirmed
status-negated = negated
status-uncertain = uncertain
status-historical = historical
status-hypothetical = hypothetical
status-other-person = other person
answer-yes = yes
answer-no = no
answer-uncertain = uncertain
section-opening = opening
section-chief-complaint = chief complaint
section-present-illness = history of present illness
section-past-history = past medical history
section-surgical-history = past surgical history
section-obstetric-history = obstetric and gynecologic history
section-immunizations = immunizations
section-medications = medications
section-allergies = allergies
section-family-history = family history
section-social-history = social history
section-review-of-systems = review of systems
section-vitals = vital signs
section-examination = physical examination
section-results = results
section-imaging = imaging
section-indication = indication
section-technique = technique
section-comparison = comparison
section-impression = impression
section-assessment = assessment
section-plan = plan
section-assessment-and-plan = assessment and plan
section-diagnosis = diagnosis
section-preoperative-diagnosis = preoperative diagnosis
section-postoperative-diagnosis = postoperative diagnosis
section-procedure = procedure
section-hospital-course = hospital course
section-disposition = disposition
section-instructions = instructions
section-subjective = subjective
section-objective = objective
section-other = other
vital-signs = vital signs
breathing = breathing and blood gases
group-chemistry = chemistry
inflammation = inflammation and clotting
blood-count = blood count
variable-heart-rate = heart rate
variable-respiratory-rate = respiratory rate
variable-temperature = body temperature
variable-systolic-pressure = systolic blood pressure
variable-diastolic-pressure = diastolic blood pressure
variable-mean-pressure = mean blood pressure
variable-systolic-pressure-arterial = systolic pressure by arterial line
variable-diastolic-pressure-arterial = diastolic pressure by arterial line
variable-mean-pressure-arterial = mean pressure by arterial line
variable-central-venous-pressure = central venous pressure
variable-spo2 = oxygen saturation by pulse oximetry
variable-gcs = Glasgow coma scale
variable-gcs-eye = Glasgow coma scale, eyes
variable-gcs-verbal = Glasgow coma scale, speech
variable-gcs-motor = Glasgow coma scale, movement
variable-urine = urine output
variable-weight = body weight
variable-height = body height
variable-mechanical-ventilation = mechanical ventilation (1 is yes)
variable-fio2 = inspired fraction of oxygen
variable-oxygen-flow = oxygen flow
variable-etco2 = end-tidal carbon dioxide
variable-sao2 = oxygen saturation of arterial blood
variable-ph = pH of arterial blood
variable-pao2 = partial pressure of oxygen, arterial
variable-paco2 = partial pressure of carbon dioxide, arterial
variable-bicarbonate = bicarbonate
variable-base-excess = base excess
variable-lactate = lactate
variable-sodium = sodium
variable-potassium = potassium
variable-chloride = chloride
variable-calcium = calcium
variable-magnesium = magnesium
variable-phosphate = phosphate
variable-glucose = glucose
variable-urea-nitrogen = urea nitrogen
variable-urea = urea
variable-creatinine = creatinine
variable-urate = uric acid
variable-bilirubin = total bilirubin
variable-bilirubin-direct = direct bilirubin
variable-alt = alanine aminotransferase
variable-ast = aspartate aminotransferase
variable-alp = alkaline phosphatase
variable-ggt = gamma-glutamyl transferase
variable-ldh = lactate dehydrogenase
variable-creatine-kinase = creatine kinase
variable-albumin = albumin
variable-total-protein = total protein
variable-cholesterol = total cholesterol
variable-troponin-i = troponin I
variable-troponin-t = troponin T
variable-nt-probnp = NT-proBNP
variable-crp = C-reactive protein
variable-procalcitonin = procalcitonin
variable-esr = erythrocyte sedimentation rate
variable-ferritin = ferritin
variable-d-dimer = D-dimer (FEU)
variable-fibrinogen = fibrinogen
variable-inr = international normalised ratio
variable-prothrombin-time = prothrombin time
variable-aptt = activated partial thromboplastin time
variable-haemoglobin = haemoglobin
variable-haematocrit = haematocrit
variable-red-cells = red blood cells
variable-white-cells = white blood cells
variable-neutrophils = neutrophils
variable-neutrophils-percent = neutrophils of white cells
variable-lymphocytes = lymphocytes
variable-lymphocytes-percent = lymphocytes of white cells
variable-monocytes = monocytes
variable-eosinophils = eosinophils
variable-platelets = platelets
news2-respiration = respiration rate
news2-saturation = oxygen saturation
news2-oxygen = supplemental oxygen
news2-systolic = systolic blood pressure
news2-pulse = pulse
news2-consciousness = consciousness
news2-temperature = temperature
news2-rounded = { $value }, rounded to { $rounded }
news2-on-scale = { $value } on scale { $scale }
news2-alert = alert
news2-confusion = confusion
news2-low = 0 to 4, no item of 3: low clinical risk; ward-based response
news2-low-medium = 0 to 4 with an item of 3: low-medium clinical risk; urgent ward-based response
news2-medium = 5 to 6: medium clinical risk; key threshold for urgent response
news2-high = 7 or more: high clinical risk; urgent or emergency response

# Side by side: models and rules.
modules-title = Side by side
modules-no-fusion = No fused probability is computed: no fusion model was trained on paired data.
module-scan = A model for scans
module-note = A model for notes
module-series = A model for series
module-sequence = A model for sequences
module-no-answer = no answer
module-refused = refused as outside its scope
module-asked = being asked
module-not-installed = not installed
module-not-asked = not asked
module-above = { $label } { $share }, above its operating point of { $point }
module-below = { $label } { $share }, below its operating point of { $point }
module-no-point = { $label } { $share }, without an operating point
module-news2 = Early warning by the rules of NEWS2
module-news2-unknown = not known at the chosen hour
news2-points = { $least } points
news2-points-open = { $least } to { $most } points, parts missing
news2-at-hour = { $points } at hour { $hour }
news2-not-for = Not for this patient: the source is for { $from } years and older, found { $age } years
news2-or = ; or{" "}
news2-none = No part of it was known at this hour
news2-not-known = not known
news2-item = { $item }: { $given }
news2-about = A value counts as known for { $hours } hours. Oxygen is given where its fraction is above that of air or it flows; 15 on the Glasgow coma scale is alert, less is not; saturation by scale 1.
rules-open-above = At hour { $hour } the network is above its operating point; NEWS2 is open, because parts are missing.
rules-open-below = At hour { $hour } the network is below its operating point; NEWS2 is open, because parts are missing.
rules-both-above = At hour { $hour } the network is above its operating point and NEWS2 at least 5: they point the same way.
rules-both-below = At hour { $hour } the network is below its operating point and NEWS2 below 5: they point the same way.
rules-urgent-alone = At hour { $hour } the network is below its operating point but NEWS2 at least 5: they differ, and answer different questions.
rules-network-alone = At hour { $hour } the network is above its operating point but NEWS2 below 5: they differ, and answer different questions.
note-agrees = they agree
note-differs = they differ
note-open = the note does not settle it
note-scan-above = The scan is above the operating point for { $label }; the note speaks of { $label } as { $status }: { $verdict }.
note-scan-below = The scan is below the operating point for { $label }; the note speaks of { $label } as { $status }: { $verdict }.

# A note.
note-scope = Scope not checked
note-reading = Reading the note…
note-score = Score the note
note-first = The first { $shown } of { $all } characters are shown.
note-empty = The note is empty.
note-influence = influence on “{ $label }”
note-against = against it
marks = Marks in the note
marks-tip = Marks in the note: { $key } for the next
marks-found = { $n } found that would identify the patient; a preview that guarantees nothing
ask = Ask
ask-name = Ask this note
ask-hint = Is she allergic to penicillin?
ask-looking = Looking through the note…
ask-silent = The note does not say.
ask-by-rules = By rules, in the words of the note; framed where they stand.
ask-history = History, in the patient's words
ask-turn = turn { $n }
ask-show = Show in the note: { $quoted }

# Two models beside each other.
compare-title = Two models on this picture
compare-button = Compare
compare-swap = Swap
compare-end = Next or end
compare-above = Both say above.
compare-below = Both say below.
compare-one = { $above } says above, { $below } says below.
compare-alone = Only { $model } knows this class.
compare-open = One of them has no operating point for it.
compare-apart = { $points } percentage points apart
compare-says = { $model }: { $value }
compare-no-blend = Each by its own calibration and operating point. Nothing is blended into one number.

# The reader's own answer.
opinion = Your reading of { $class }
opinion-agree = you agree
opinion-disagree = you disagree
opinion-unsure = you are unsure
opinion-kept = kept in the records
opinion-until = until you close it
opinion-why = Why? (optional)
opinion-full = A reason holds at most 2,000 characters. What comes after is not kept.

# A nucleotide sequence.
sequence-ambiguous = { $n ->
    [one] {", "}{ $n } letter may mean more than one base
   *[other] {", "}{ $n } letters may mean more than one base
}
sequence-legend = amber ground: for the label; blue, with a line below: against it
sequence-row = from position { $n }: { $letters }

# A course.
course-no-value = The file holds no value of a variable that is known.
course-all-aside = { $n ->
    [one] The one value was set aside: it cannot be true.
   *[other] All { $n } values were set aside: they cannot be true.
}
course-nothing = Nothing to plot
course-aside = { $name } { $found }: { $reason }
course-hour = hour { $hour }
course-hour-time = hour { $hour }, { $time }
course-hour-tip = What was known at its end is told; click a plot, or , and . for the hours
course-influence = influence: up for it, down against it
course-hours = Hours since the start
course-time = Time
course-never = Not measured: { $variables }
n-remarks = { $n ->
    [one] { $n } remark
   *[other] { $n } remarks
}
spoken-course = Course, { $hour }, { $variables }
spoken-plot = { $n ->
    [one] { $name }: { $number } { $unit } { $when }, { $n } value
   *[other] { $name }: { $number } { $unit } { $when }, { $n } values
}
plot-band = Band: { $low } to { $high } { $unit }, { $source }
not-yet = not yet
minutes-before = { $n } min before
hours-before = { $n } h before
days-before = { $n } d before
strip-news2 = points; lines at 5, 7
strip-news2-none = No part of it was measured
spoken-news2 = NEWS2 at hour { $hour }: { $points } points, { $risk }
spoken-news2-unknown = NEWS2 at hour { $hour }: not known
risk-low = low risk
risk-low-medium = low to medium
risk-medium = medium risk
risk-high = high risk
risk-open = parts missing
strip-network = Network
strip-no-model = No model for series is installed: put a bundle into the models folder, or train one with { $key }
strip-answer = answer
strip-above = above its point
strip-below = below its point
spoken-running = { $label } at hour { $hour }: { $share }, { $side }
strip-answering = Answering hour by hour…
strip-answering-of = Answering hour by hour… { $done } of { $total }; Esc stops it
strip-score = Score the course

# Titles of the desktop's dialogs.
dialog-save = Save overlay and result
dialog-view = Save view
dialog-table = Choose a table
dialog-csv = Comma-separated values
dialog-recipe = Choose a recipe
dialog-list = Write the worklist
dialog-folder = Choose a folder

# The page that evaluates.
evaluate-title = Evaluate a model
evaluate-model = Model
evaluate-no-model = No model that gives labels is installed
evaluate-table-hint = Path of a CSV file, or drop it here
evaluate-measurements = Table of measurements
evaluate-measurements-hint = One value a row: key, minutes or hours, parameter, value
evaluate-out = Folder for the report
evaluate-out-hint = Made if need be
evaluate-part = Part to evaluate
evaluate-part-hint = All rows; or a value of split, such as test
evaluate-positive = Word for “yes”
evaluate-positive-hint = 1, true, yes, or the name of the label
evaluate-second = Second model
evaluate-none = None
evaluate-images-hint = That of the table
evaluate-label-column = Column of labels
evaluate-label-column-hint = label
evaluate-beyond = Score what the model would refuse
evaluate-start = Start evaluation
evaluate-missing = Name a table and a folder for the report to start.
evaluate-waits = Waits for the training to end
evaluate-runs = The report appears here when the evaluation is done
evaluate-recent = Recent reports
evaluate-empty = No report yet
evaluate-empty-lead = Name a table at the left, or drop one on this window. The report tells how well the model ranks, whether its probabilities mean what they say, for whom it fails, what it refuses, and how little would have done as well.
evaluate-reading = Reading the report…
evaluate-new = New evaluation
evaluate-open = Open report.html
evaluate-folder = Show folder
evaluate-lead = How good a model is on { $many } whose answer you know. The work is a process of its own: you can go on reading.
evaluate-table = Table of labelled { $many }
evaluate-folder-of = Folder of the { $many }
evaluate-damage = Test on damaged { $many } as well
many-images = images
many-notes = notes
many-courses = courses
many-sequences = sequences
table-help-images = With a header: path and label; where known patient_id, split, age, sex, view, subtype.
table-help-notes = With a header: text or path, and label; where known patient_id, split, age, sex.
table-help-courses = With a header: key (or path) and label; where known patient_id, split, age, sex.
table-help-sequences = With a header: sequence or path, and label; where known patient_id, split.
column-paths = Column of paths
column-texts = Column of texts
column-texts-hint = text; or path of files
column-keys = Column of keys
column-letters = Column of letters
column-letters-hint = sequence; or path of files
done-of = { $done } of { $total }

# The page that trains.
train-title = Train a model
train-lead = From a recipe and labelled data to a model with its own evaluation. The work is a process of its own: you can go on reading.
train-recipe = Recipe
train-recipe-hint = Path of a TOML file, or drop it here
train-data = Folder of the data
train-data-hint = The recipe’s table lies below it
train-out = Folder of the new model
train-out-hint = Made if need be
train-start = Start training
train-go-on = Go on training
train-missing = Name a recipe, data and a folder to start.
train-waits = Waits for the evaluation to end
train-paused = Not finished. Started again with the same recipe, it goes on where it was, also another day.
train-preparing = Reading and preparing the cases
train-finishing = Measuring on the test part
train-stops-safely = It can be stopped at any moment, even by closing the window, and goes on where it was.
train-empty = Nothing trained yet
train-empty-lead = A recipe holds every choice of a run; the recipes of the models that ship lie in models/recipes. While it runs, loss and held-out figure are drawn here, epoch by epoch.
train-done = The model is written
train-use = Use this model now
train-use-help = Until the window closes; in the models folder it is there at the next start as well.
train-loss = Loss
train-held-out = Figure on held-out cases
train-all-figures = All figures
train-epoch = epoch
train-figure = Figure
train-interval = 95 % interval
train-epoch-of = epoch { $epoch } of { $all }
train-step-of = step { $step } of { $all }
train-cases = { $pool } to learn from · { $test } to test

# On both pages.
page-browse = Choose…
page-more = More
page-stop = Stop
page-stopping = Stopping…
page-starting = Starting…

# The report.
report-auroc = AUROC
report-precision = Average precision
report-brier = Brier score
report-ece = Calibration error
report-roc = ROC curve
report-pr = Precision and recall
report-reliability = Reliability
report-decision = Decision curve
report-chance = chance
report-model = model
report-ideal = ideal
report-all = act on all
report-nobody = act on nobody
report-false-alarms = 1 − specificity
report-sensitivity = sensitivity
report-recall = recall
report-ppv = precision
report-predicted = predicted probability
report-observed = observed frequency
report-threshold = threshold probability
report-benefit = net benefit
report-points = Operating points
report-chosen-here = Chosen by the very cases that are measured, which flatters it.
report-undecided = Undecided: everything or nothing is left
report-empty-sets = Nothing is left
report-groups = Subgroups
report-too-few = too few
report-against-negative = against all without
report-against-positive = against all with
report-baselines = What little would have done
report-second = Second model
report-second-auroc = AUROC of the second
report-difference = First less second (DeLong)
report-right = Only the first right, only the second (McNemar)
report-both = Cases that both answered
report-strangers = What does not belong
report-strangers-plot = Strangers told by their distance
report-own-outside = own images called outside
report-theirs-outside = strangers called outside
report-damage = Damaged cases
report-degree = degree of damage
report-refused = Rows without an answer
report-labels = Labels
report-confusion = Confusion
report-truth = True \ chosen
report-about = About this evaluation
report-point = Point
report-threshold-head = Threshold
report-sensitivity-head = Sensitivity
report-specificity-head = Specificity
report-ppv-head = PPV
report-npv-head = NPV
report-sets-head = Sets
report-share-head = Part of the cases
report-sets = Label sets at { $percent } %
report-set-holds = Hold the truth, { $kind }
report-promise = Promised for new cases like those that the sets were fitted on: { $promised } % of each kind hold the truth; at worst, in 5 of 100 such fits, { $worst } %. Void under any shift.
report-group = Group
report-cases = Cases
report-accuracy = Accuracy
report-against = { $group } ({ $against })
report-baseline-head = Logistic regression on
report-better = Model is better by
report-and = { $first } and { $second }, p { $p }
report-difference-p = { $difference }, p { $p }
report-pictures = Pictures
report-refused-head = Refused
report-distance = AUROC of the distance
report-kinds = { $n } kinds
report-damage-head = Damage
report-undamaged = undamaged { $figure }
report-reason = Reason
report-rows = Rows
report-lines = Lines of the table
report-label = Label
report-rest = AUROC against the rest
report-chosen-here-named = { $names }: { $chosen }
report-tile = { $name } { $value }, 95 % interval { $range }
report-intervals-images = Intervals: 95 %, from { $n } bootstrap draws of whole patients (of images, where the table names none).
report-intervals-notes = Intervals: 95 %, from { $n } bootstrap draws of whole patients (of notes, where the table names none).
report-intervals-courses = Intervals: 95 %, from { $n } bootstrap draws of whole patients (of courses, where the table names none).
report-intervals-sequences = Intervals: 95 %, from { $n } bootstrap draws of whole patients (of sequences, where the table names none).
report-remark = { $cases }: { $text }
report-identity = { $command } · weights { $weights } · table { $table } · Wardlight { $version }
report-of-patients = { $n ->
    [one] { $cases } of { $n } patient
   *[other] { $cases } of { $n } patients
}
report-part = { $cases }, part { $part }
n-images = { $n ->
    [one] { $n } image
   *[other] { $n } images
}
n-notes = { $n ->
    [one] { $n } note
   *[other] { $n } notes
}
n-courses = { $n ->
    [one] { $n } course
   *[other] { $n } courses
}
n-sequences = { $n ->
    [one] { $n } sequence
   *[other] { $n } sequences
}
spoken-graph = { $title }: { $spoken }

# Notices of reading, evaluation and training.
notice-saved = Overlay and result saved
notice-saved-remedy = The PNG carries the overlay; the JSON beside it the result.
notice-picture = View saved
notice-picture-remedy = The caption says what it shows. Nothing was written over.
notice-page = Page written as PDF
notice-page-remedy = It is handed to the desktop's program for PDF, to be printed there. If none opens, open the file from where it lies.
notice-copied = View copied
notice-copied-remedy = It was handed to the clipboard. Locking the window takes it out again.
notice-no-view = There is no view to take out
notice-no-view-planes = The three planes cannot be copied, saved or printed. Close them ({ $key }) to take out a slice.
notice-no-view-page = Go back to reading (Esc) first.
notice-no-view-none = Open an image, or choose one in the study list. Notes, courses and sequences have no picture.
notice-other-view = The view has changed
notice-other-view-remedy = Another picture has come while a place was sought, and nothing was written. Save or print the view again.
notice-no-overlay = There is no overlay to save yet
notice-no-overlay-remedy = Score a scan first: press { $key }.
notice-keys-usual = All actions have the program’s own keys again
notice-keys-ignored = Some keys in the settings were not taken
notice-keys-ignored-remedy = These actions keep the program’s own keys. Choose others on the key sheet.
notice-not-together = Nothing was put together on this page
notice-not-together-remedy = Only what a person put together can be taken apart.
notice-nothing-to-put = There is nothing to put on this page
notice-nothing-to-put-remedy = Open another scan, note or series of the patient first.
notice-no-point = There is nothing to point at
notice-no-point-remedy = Open a scan, and choose a model that reads around a point.
notice-no-compare = There is no other model to compare with
notice-no-compare-remedy = It takes a scan and a second model that reads it: for its modality, body part and age, and with a point where it reads around one.
notice-no-finding = No class lies above its operating point
notice-no-finding-remedy = Only what was scored is looked through. Space scores the picture in the middle.
notice-neighbours = An answer was taken away: the slices next to it have changed
notice-neighbours-remedy = It was given with other slices on both sides than lie there now. Score it again.
notice-evaluated = The evaluation is finished
notice-evaluated-remedy = { $key } shows the report.
notice-evaluated-figure = AUROC { $auroc }. { $key } shows the report.
notice-trained = The training is finished
notice-trained-remedy = { $key } shows its figures.
notice-no-program = The desktop has no program for this
notice-no-program-remedy = Type or paste the path into the field, or open the folder yourself.
fail-of-folder = { $headline } ({ $folder })
item-number = { $file } · { $number } of { $all }

# Failures: files on the disk.
fail-disk-not-a-file = This is not a file
fail-disk-not-a-file-remedy = Choose a file; to open several, choose them all.
fail-disk-too-large = The file is too large
fail-disk-too-large-remedy = Choose a smaller file, or split it.
fail-disk-read = The file could not be read
fail-disk-read-remedy = Check that it exists and that you may read it.
fail-disk-write = The file could not be written
fail-disk-write-remedy = Check that the folder exists, that you may write there, and that the disk is not full.

# Failures: what a model reads.
fail-prep-wrong-kind = The model does not read this kind of input
fail-prep-wrong-kind-remedy = Choose a model for it.
fail-prep-no-such-frame = There is no such frame
fail-prep-no-such-frame-remedy = Choose a frame that the scan has; frames count from 1.
fail-prep-too-small = The image is too small to be scored
fail-prep-too-small-remedy = Open the original image instead of a thumbnail.
fail-prep-colour = The picture is in colour
fail-prep-colour-remedy = Open a radiograph; this model reads grey values, not photographs.
fail-prep-blank = The image is blank
fail-prep-blank-remedy = Open another image; a blank one has nothing to score.
fail-prep-point-outside = The point lies beside the picture
fail-prep-point-outside-remedy = Name column and row of a pixel of the frame; both count from 0.
fail-prep-no-spacing = The file does not say how large its pixels are
fail-prep-no-spacing-remedy = Open the DICOM file that the picture was made from: this model reads millimetres.
fail-prep-values = The values are not of the kind that the model reads
fail-prep-values-remedy = Choose a model that was made for them; of a picture, open the original.
fail-prep-empty-note = The note has no words
fail-prep-empty-note-remedy = Open a note with text in it.
fail-prep-empty-question = The question has no words
fail-prep-empty-question-remedy = Ask in a few words.
fail-prep-question-too-long = The question is too long for the model
fail-prep-question-too-long-remedy = Ask in fewer words.
fail-prep-note-too-long = The note is too long for the model
fail-prep-note-too-long-remedy = Score the part that matters as a note of its own.
fail-prep-tokenizer = The model's tokenizer cannot be read
fail-prep-tokenizer-remedy = Install the model again from its source.
fail-prep-point = The model needs a point
fail-prep-point-remedy = It reads { $side } mm around what you point at: in the window press N and click it; on the command line name its column and row with --at.

# Failures: models.
fail-model-manifest = The model's manifest is not valid
fail-model-site = The file of the site is not valid
fail-model-site-remedy = Fit it anew with `wardlight calibrate`.
fail-model-other-model = The site was fitted on answers of another model
fail-model-other-model-remedy = Fit it anew on answers of this one with `wardlight calibrate`.
fail-model-unfit = No calibration fits these cases
fail-model-unfit-remedy = Choose another method, or label more cases.
fail-model-hash = A file of the model was changed or damaged
fail-model-weights = The weights do not belong to this network
fail-model-label-count = The weights do not belong to the model's labels
fail-model-known-answer = The model fails its self-test
fail-model-input = The model cannot read this input
fail-model-input-remedy = Choose another model.
fail-model-not-finite = The model gave no usable number
fail-model-not-finite-remedy = There is no result for this input; report it with the cause.
fail-model-checkpoint = The training's checkpoint could not be used
fail-model-checkpoint-remedy = Make room on the disk, or delete the checkpoint, and start the training again.
fail-model-method = The model does not offer this explanation
fail-model-method-remedy = Choose another method.
fail-model-label = The model has no such label
fail-model-label-remedy = Choose a label that the model lists.
fail-model-engine = The network failed
fail-model-engine-remedy = Try again; if it fails again, report it with the cause.
fail-model-allow-list = The list of allowed models cannot be read
fail-model-allow-list-remedy = Mend the file or remove it; until then no TorchScript model runs.
fail-model-no-script-worker = The worker for the model could not be started
fail-model-no-script-worker-remedy = Reinstall Wardlight: `wardlight-script` must lie beside the program.
fail-model-script-timeout = The model took too long
fail-model-script-timeout-remedy = There is no result. Allow it more seconds in WARDLIGHT_SCRIPT_TIMEOUT, or do not use it.
fail-model-script-died = The model broke its worker
fail-model-script-died-remedy = There is no result, and nothing else was harmed. The model is too large, damaged or hostile.
fail-model-script = The model's program does not do what its manifest says
fail-model-cancelled = Cancelled
fail-model-cancelled-remedy = Start it again when you want the result.
fail-model-again = Install the model again from its source; do not use it until then.
fail-model-not-allowed = This model is a program that nobody has allowed to run here
fail-model-not-allowed-remedy = If you trust where it comes from, run `wardlight model allow { $hash }` and start again.
fail-scope = No result: outside the model's scope
fail-not-offered-remedy = Choose another method: { $reason }.

# Failures: opening a file.
fail-import-timeout = The file took too long to open
fail-import-timeout-remedy = Open a smaller part of it; if it is a small file, it is damaged.
fail-import-cancelled = Cancelled
fail-import-cancelled-remedy = Open it again when you want it.
fail-import-worker-died = The file broke the decoder
fail-import-worker-died-remedy = Nothing else was harmed. The file is damaged or hostile: ask for it again from its source.
fail-import-protocol = The decoder gave an answer that does not add up
fail-import-protocol-remedy = Reinstall Wardlight; if it happens again, report it with the cause.
fail-import-no-worker = The decode worker could not be started
fail-import-no-worker-remedy = Reinstall Wardlight: `wardlight-decode` must lie beside the program.

# Failures: what a file holds.
fail-file-empty = The file is empty
fail-file-empty-remedy = Ask for it again from its source.
fail-file-not-recognised = The file was not recognised
fail-file-not-recognised-remedy = Open a DICOM, PNG, JPEG, TIFF or BMP image, or a note as PDF, DOCX, RTF or text.
fail-file-no-pixels = The file holds no image
fail-file-no-pixels-remedy = Open an image of the study; this object is a document or a plan.
fail-file-no-text = The document holds no text
fail-file-no-text-remedy = Have the text recognised (OCR) by a scanning program, or open the original.
fail-file-locked = The document is protected by a password
fail-file-locked-remedy = Save it without a password in the program that made it.
fail-file-unsupported-transfer-syntax = The image is compressed in a way that Wardlight does not decode
fail-file-unsupported-transfer-syntax-remedy = Export it again as Explicit VR Little Endian or JPEG 2000 lossless.
fail-file-unsupported = The file uses something that Wardlight does not understand
fail-file-unsupported-remedy = It is refused rather than shown wrong. Export it in a plainer form.
fail-file-length-beyond-end = The file is cut off
fail-file-nested-too-deep = The file is nested too deeply
fail-file-pixel-contract = The pixels do not fit their description
fail-file-series = The measurements cannot be read as they are
fail-file-series-remedy = The cause says what is missing. `wardlight inspect --columns` takes what the columns of a table mean.
fail-file-too-large = The file is too large
fail-file-too-large-remedy = Export fewer frames, a smaller image, a shorter document or fewer values.
fail-file-malformed = The file does not follow its format
fail-file-codec = The compressed pixels are damaged
fail-file-not-deidentified = The file was not de-identified
fail-file-not-deidentified-remedy = The cause says what stands against it; the file itself was not changed.
fail-file-defect = The decoder failed on this file
fail-file-defect-remedy = Nothing else was harmed. Report it with the cause.
fail-file-abandoned = Cancelled
fail-file-abandoned-remedy = Open it again when you want it.
notice-left-out = Some files were left out
notice-left-out-remedy = Of a folder or an archive only images are opened; left out were { $what }. Open such a file by itself.
notice-nothing = There is nothing to open in it
notice-nothing-remedy = Choose a folder or an archive with DICOM files or pictures.
answer-of-another = The answer was about something else and was not taken in
answer-of-another-remedy = Score again. If it happens again, report it.
notice-mixed-up = Files of two patients carry one study or series number
notice-mixed-up-remedy = They were kept apart. One of the files is wrong: compare names and dates of birth before reading.
notice-refused = { $n ->
    [one] { $n } file could not be opened
   *[other] { $n } files could not be opened
}
notice-unreadable = A folder could not be read
notice-unreadable-remedy = Check that you may read it. What lies beside it was opened.
notice-too-many = There are too many files
notice-too-many-remedy = The first { $n } were opened. Open one study at a time.
notice-too-deep = Some folders are nested too deeply
notice-too-deep-remedy = Open the inner folder by itself.
notice-loops = Some links lead back to folders that are open already
notice-loops-remedy = There is nothing to do: each folder was read once.
notice-missing = Some files that the DICOMDIR names are missing
notice-missing-remedy = Copy the whole disc or folder, not the DICOMDIR alone; if it is whole, ask for it again.
notice-outside = The DICOMDIR names files outside of its folder
notice-outside-remedy = Those were not opened. It is damaged or hostile: ask for it again from its source.
notice-encrypted = Some files in the archive are protected by a password
notice-encrypted-remedy = Unpack it with the program that made it, and open the folder.
notice-damaged = Some files in the archive are damaged
notice-damaged-remedy = The others were opened. Ask for the archive again from its source.
notice-bombs = Some files in the archive unpack to far too much
notice-bombs-remedy = Those were not opened. The archive is hostile, or holds other things than images.
notice-archive-too-large = The archive is too large
notice-archive-too-large-remedy = Its first files were opened. Unpack it, and open the folder.
left-out-documents = { $n ->
    [one] { $n } document
   *[other] { $n } documents
}
left-out-without-pixels = { $n ->
    [one] { $n } DICOM object without pixels
   *[other] { $n } DICOM objects without pixels
}
left-out-archives = { $n ->
    [one] { $n } archive
   *[other] { $n } archives
}
left-out-hidden = { $n ->
    [one] { $n } hidden file
   *[other] { $n } hidden files
}
left-out-empty = { $n ->
    [one] { $n } empty file
   *[other] { $n } empty files
}
left-out-others = { $n ->
    [one] { $n } other file
   *[other] { $n } other files
}
fail-file-damaged = The file is damaged: ask for it again from its source.

# Failures: work.
fail-engine-report = The report cannot be shown here
fail-engine-report-remedy = It was written by another version, or changed. Open report.html, or evaluate again.
fail-engine-tool-start = The work could not be started
fail-engine-tool-start-remedy = Close other programs and start it again.
fail-engine-tool-line = The work said something that makes no sense
fail-engine-tool-line-remedy = Reinstall Wardlight; if it happens again, report it with the cause.
fail-engine-tool-ended = The work ended before it was done
fail-engine-tool-ended-remedy = Most often memory was short: close other programs and start again. A training goes on where it was.
fail-engine-sample = The sample case could not be made
fail-engine-sample-remedy = Open a file of your own; report this with the cause.
fail-engine-other-subject = The explanation belongs to another picture
fail-engine-other-subject-remedy = Score this picture, then save again.
fail-engine-picture = The picture could not be made
fail-engine-picture-remedy = Try again; if it fails again, report it with the cause.
fail-engine-no-such-model = The model is not loaded
fail-engine-no-such-model-remedy = Choose another model, or start Wardlight again.
fail-engine-folder = The folder could not be read
fail-engine-folder-remedy = Check that it is there, that its disk or share is connected, and that you may read it.
fail-engine-panicked = Something went wrong inside Wardlight
fail-engine-panicked-remedy = What is open is safe. Try again; report it with the cause.
fail-engine-thread = A worker could not be started
fail-engine-thread-remedy = Close other programs and start Wardlight again.
fail-busy = Too much is waiting already
fail-busy-remedy = Let what runs finish, or cancel it with Esc.
fail-other = This could not be done
fail-other-remedy = The cause says what was wanted; change that and start again.

# Failures: evaluation.
fail-evaluate-table = The table cannot be read
fail-evaluate-table-remedy = Save it as comma-separated values with one header line.
fail-evaluate-column = The table lacks a column
fail-evaluate-column-remedy = Name the columns of cases and labels under More.
fail-evaluate-no-rows = No row of the table belongs to this part
fail-evaluate-no-rows-remedy = Name a value of its column split, or leave the part empty.
fail-evaluate-labels = The labels of the table are not understood
fail-evaluate-labels-remedy = Say under More which word means that the finding is there.
fail-evaluate-no-such-label = The model has no such label
fail-evaluate-no-such-label-remedy = Choose a label that the model lists.
fail-evaluate-one-kind = All rows are of one kind
fail-evaluate-one-kind-remedy = Add cases of the other kind: there is nothing to tell apart.
fail-evaluate-missing = Files of the table are missing
fail-evaluate-missing-remedy = Name the folder of the files under More, or correct the paths.
fail-evaluate-leak = The same patient is in both parts
fail-evaluate-leak-remedy = Part the table by patient: an answer learned by heart proves nothing.
fail-evaluate-copies = The same case is in both parts
fail-evaluate-copies-remedy = Leave it out of one: an answer learned by heart proves nothing.
fail-evaluate-answers-questions = This model answers questions
fail-evaluate-answers-questions-remedy = Choose a model that gives labels.
fail-evaluate-incomparable = The two models cannot be compared
fail-evaluate-incomparable-remedy = Choose a second model that answers the same question.
fail-evaluate-no-answers = The model refused too much to be measured
fail-evaluate-no-answers-remedy = Choose a model made for such cases, or score beyond its scope under More.
fail-evaluate-not-one-label = A site is fitted for one label only
fail-evaluate-not-one-label-remedy = Choose a model with one label that stands alone.
fail-evaluate-site-name = The site needs another name
fail-evaluate-site-name-remedy = Use lower-case letters, digits and hyphens.
fail-evaluate-too-few = There are too few cases to fit anything on
fail-evaluate-too-few-remedy = Add labelled cases of the rarer kind.
fail-evaluate-aim = No threshold does what was asked
fail-evaluate-aim-remedy = Ask for less, or add labelled cases.
fail-evaluate-alpha = Label sets cannot miss this part
fail-evaluate-alpha-remedy = Name a part between 0 and 1, such as 0.1.
fail-evaluate-cancelled = Stopped
fail-evaluate-cancelled-remedy = Start it again when you want the report.

# Failures: training.
fail-training-recipe = The recipe cannot be read
fail-training-recipe-remedy = Correct it at the place that the cause names.
fail-training-table = The table of cases cannot be read
fail-training-table-remedy = Correct it, or what the recipe says about its columns.
fail-training-no-cases = A part of the table is empty
fail-training-no-cases-remedy = Check in the recipe how the parts and folds are called.
fail-training-missing = Files of the table are missing
fail-training-missing-remedy = Put them where the recipe says, or leave out their rows.
fail-training-labels = The data have labels that the recipe does not know
fail-training-labels-remedy = Name them in the recipe, under `classes` or `ignored`.
fail-training-unread = Some cases cannot be read
fail-training-unread-remedy = Mend them or leave out their rows of the table.
fail-training-leak = A patient stands in several parts
fail-training-leak-remedy = Keep all cases of a patient in one part: a test on known patients flatters.
fail-training-one-class = A part has cases of one class only
fail-training-one-class-remedy = Add cases of another class, or deal the parts anew.
fail-training-folder = The folder of images cannot be used
fail-training-folder-remedy = Make one sub-folder for each class, with the names that the recipe gives.
fail-training-archive = The archive of images cannot be read
fail-training-archive-remedy = Take an NPZ archive as MedMNIST has them.
fail-training-not-finite = The loss has no value any more
fail-training-not-finite-remedy = The last good checkpoint is kept. Lower the learning rate in the recipe and start again.
fail-training-cancelled = Stopped
fail-training-cancelled-remedy = Start it again: it goes on where it was.

# Remarks of other parts of the program, found again by their English.
remark-modality = modality
remark-body-part = body part
remark-view = view
remark-age = age
remark-other-kind = its { $what } is { $found }, and the model is for { $wanted }
remark-age-outside = the patient's age lies outside { $youngest } to { $oldest } years
remark-untold = the file does not tell { $what }: whether it fits the model is for you to see
remark-not-hounsfield = its values are not in Hounsfield units
remark-no-unit = the file does not tell the unit of its values; they are taken for Hounsfield units
remark-no-lung = there is no lung around the point
remark-only-air = there is nothing but air around the point
remark-strip = it is a strip, more than three times as long as wide
remark-flat = { $percent } % of it has one value
remark-noise = it is noise: neighbouring pixels have next to nothing in common
remark-negative = it seems to be a negative: dark and bright are exchanged
remark-clockwise = it seems to lie on its side: a quarter turn clockwise would put it right
remark-anticlockwise = it seems to lie on its side: a quarter turn against the clock would put it right
remark-head-down = it seems to stand on its head
remark-unlike = it does not look like the pictures that the model was made from
remark-no-dialogue = it is no dialogue, and the model reads turns of a doctor and a patient, each on a line of its own after its speaker (Doctor: …)
remark-no-mark = no finding in it is marked, and the model reads a sentence with one finding between « and »
remark-uncalibrated = the model is not calibrated: its scores are not probabilities
remark-no-prevalence = no answer at the prevalence that was entered: { $why }
remark-prevalence-untold = the model does not tell the prevalence behind its probabilities
remark-prevalence-between = a prevalence lies between 0 and 1
remark-several-labels = the model has several labels
remark-slower = { $runs }, because the faster way failed: { $error }
remark-runs = the network runs { $form } in { $precision }
remark-crop-slices = the picture is taken for a crop that was cut before: red, green and blue are the slices before, at and behind the point
remark-crop-beside = part of what the model reads lies beside the picture or on padding; it counts as air
remark-crop-neighbours = the frames before and behind are taken for the neighbouring slices
remark-crop-single = there is no slice on both sides of this one; the model reads this one in the place of what is missing
remark-crop-away = the slices before and behind lie { $before } and { $behind } mm away
remark-crop-uneven = the slices before and behind are not equally far away
remark-crop-aside = the slices are shifted sideways against each other, by up to { $aside } mm
remark-gap = a slice next to it is missing: the nearest is { $away } mm away, and { $usual } mm are usual
remark-aside = a slice next to it is shifted sideways by { $aside } mm
remark-unplaced = the slices of its series do not tell where they lie
remark-unseen-words = { $percent } % of the note is in words or signs that the model has never seen
remark-enlarged = the frame has less than half the pixels that the model reads; it was enlarged
remark-coloured = the picture has coloured parts; the model reads their brightness only
remark-contrast = almost all pixels have one value; the few others set the contrast
remark-red = the picture is stored in colour; the model reads its red channel, as its own code does
remark-hours-outside = not read, because outside of the first { $hours } hours: { $n } of the values
remark-course-short = the course ends after { $hours } hours, the model was made for { $wanted }
remark-variables-missing = { $missing } of the { $n } variables that the model reads were not measured
remark-unknown-of-patient = not known of the patient: { $what }
remark-time-no-number = its time is not a number
remark-unit-none-of = its unit is none of { $units }
remark-cannot-be-true = it cannot be true as { $unit }
remark-replaced = another value of the same time came after it
remark-no-number = it is not a number
remark-plausible = plausible is { $low } to { $high } { $unit }
remark-decimal-point = { $value } with a decimal point?
remark-value = 1 value { $what }
remark-values = { $n } values { $what }
remark-set-aside = set aside and not used
remark-sorted = out of order of time: sorted
remark-counted-once = repeated at one time: counted once
remark-added-up = of a volume at one time: added up
remark-later = replaced by a later value of the same time
remark-jpeg-bits = the JPEG stream has { $stream } bits a sample, the header { $header }
remark-jpeg-photometric = the photometric interpretation says { $tag }, the JPEG stream says { $marker }: followed the former
remark-jpeg-harmless = the JPEG stream is not quite as it should be, without harm to its samples
remark-jpeg2000-sign = the JPEG 2000 stream and the header disagree on the sign: read as the header says
remark-jpeg2000-bits = the JPEG 2000 stream has { $stream } bits a sample, the header { $header }
remark-padding = the file has padding pixels; they count as missing
remark-windows = the frames have windows of their own: the first frame's are offered
remark-voi-lut = the file has a display table (VOI LUT), which is not used
remark-window-broken = the window in the file is broken and was left out
remark-spacing-broken = the pixel spacing in the file is no pair of lengths: nothing can be measured
remark-spacing-none = the file has no pixel spacing: nothing can be measured
remark-aspect-told = the pixels are not square, and are drawn in the proportion that the file tells
remark-aspect = the pixels are not square, and are drawn square: shapes are out of proportion
remark-spacing-detector = the pixel spacing holds at the detector: lengths in the patient are smaller
remark-overlays = the file has overlay planes, which are not drawn
remark-colour-presentation = the file offers a colour presentation of its grey values, which is not used
remark-burned-in = the picture has text burnt into it, which may name the patient
remark-lossy = the pixels went through lossy compression
remark-preamble = the preamble is not empty: the file may also be something other than DICOM
remark-no-preamble = the file has no DICOM preamble
remark-tables-damaged = the display tables (VOI LUT) are not offered: { $cause }
remark-overlay-planes = the overlay planes are not shown: { $cause }
remark-no-meta = the file has no meta group: read as { $syntax }
remark-implicit = the file promises explicit elements and has implicit ones: read as those
remark-colour-bits = colours of { $bits } bits were brought to 8
remark-element-twice = element { $tag } occurs twice; the last one counts
remark-sequence-broken = sequence { $tag } is broken and was skipped
remark-zeros = { $n } zero bytes after the last element
remark-report-partial = the report is marked as partial
remark-report-unverified = the report is marked as not verified
remark-report-characters = some characters of the report could not be decoded
remark-report-items = the report has items of a kind that is not read
remark-document-characters = some characters of the document could not be decoded
remark-document-pictures = the document has pictures, which were not read
remark-document-embedded = the document has other documents embedded in it, which were not read
remark-document-comments = the comments in the margin were left out
remark-document-deleted = the document has tracked changes: deleted text was left out
remark-document-inserted = the document has tracked changes: inserted text was read as if accepted
remark-document-hidden = text that the document hides was left out
remark-document-left-out = a document of the same file was left out: { $why }
remark-document-forms = the document is there in several forms, of which one was read
remark-document-status = the document is marked as { $status }
remark-document-status-unknown = the document has a status that FHIR does not know
remark-document-control = the document has control characters, which were left out
remark-pages-empty = { $empty } of { $all } pages have no text
remark-text-not-drawn = the document has text that is not drawn, as text recognition leaves it: it was read, and may have its errors
remark-code-page = the code page { $page } is not known: read as windows-1252
remark-ambiguous = { $n } letters mean more than one base
remark-encoding = the note does not say its encoding: read as { $encoding }
remark-note-characters = some characters of the note could not be decoded
remark-exif = the picture was turned as its EXIF orientation says
remark-transparency = the transparency of the picture was dropped
remark-unborn = values before the birth of the patient: { $n }
remark-unit-read-as = { $name } has no unit: read as { $unit }, for no other unit fits its values
remark-lines-unread = { $n } lines could not be read
remark-parameters-unknown = parameters that are not known, not read: { $names }
remark-physionet-units = lactate is read as mmol/L and magnesium as mg/dL, which is not what the page of the challenge says
remark-no-hour = { $n } rows have no hour (ICULOS)
remark-columns-unknown = columns that are not known, not read: { $names }
remark-encounters = values of { $n } encounters stand in one series
remark-separated = cells are separated by { $mark }
remark-cells = { $n } rows have more or fewer cells than the header
remark-decimal-comma = numbers have a decimal comma
remark-times-unread = { $n } rows have a time that could not be read
remark-names-unknown = names that are not known, not read: { $names }
remark-no-usable = none of the observations of the file has a number that can be used

# Viewports and measuring.
layout = Layout { $name }
viewport-vacant = Choose a scan in the list
strip-measure = Measure
strip-view = View
prior-missing = No earlier scan of this patient is open
prior-missing-remedy = Open one that was made before; scans without a date or a patient number have no before.
changed = not as stored: { $how }
changed-turned = turned { $degrees }°
changed-mirrored = mirrored
changed-inverted = inverted
changed-and = { $one }, { $other }
out-title-picture = Save view
out-title-page = Print view
out-section = The section shown, with at least one pixel for each pixel of the image
out-whole = The whole picture, in its own resolution
out-over = With the influence map, marks and objects as they are shown
out-bare = The picture alone, without anything over it
out-a4 = A4
out-letter = Letter
out-lead = Below it stand the model, the image's identity and “Research use only”. No patient name is added; words burnt into the picture, or drawn over it, go along: look at them first.
out-type = Type the path instead
out-save = Save…
out-bare-said = without what lies over it
out-by-state = shown as a presentation state has it
out-aspect = pixels drawn { $times } times as high as wide
out-part = columns { $left } to { $right } of { $columns }, rows { $top } to { $bottom } of { $rows }
out-map = parametric map, { $low } to { $high } { $unit }
out-model = model { $name } { $version } · weights { $weights }
out-identity = image file SHA-256 { $hash } · frame { $frame } of { $frames }
out-identity-slice = image file SHA-256 { $hash } · frame { $frame } of { $frames } · slice { $slice } of { $slices }
out-class = Class
out-value = Answer
out-point = Operating point
out-reader = Reader
out-opinion = { $answer }: { $reason }
measured-no-arm = an arm has no length
measured-square = as if pixels were square
measured-pixel = column { $column }, row { $row }
measured-outside = outside the picture
measured-calibrated = as calibrated
measured-corrected = corrected by the stated magnification
measured-detector = at the detector: magnified
measured-no-size = the file gives no pixel size
measured-broken-size = the file's pixel size is no size
measured-crossing = no area: the outline crosses itself
measured-mean = mean { $mean } ± { $deviation }
measured-range = { $low } to { $high }
measured-pixels = { $n ->
    [one] one pixel
   *[other] { $n } pixels
}
measured-padding = no measurement here

# The worklist.
list-title = Worklist
list-lead = What has no answer stands first, then the most suspicious and uncertain; every hour of waiting moves a case up. What was read comes last. Enter opens a case, { $key } leads back.
list-source-open = Open here
list-source-kept = Records
list-source-scored = Scored files
list-counted = { $name } · { $n }
list-by-urgency = By urgency
list-by-urgency-tip = Suspicion times uncertainty, with ageing: after twelve hours a case stands above every newer one
list-columns = Columns
list-search = Search
list-search-hint = Patient, file, finding…
list-all = All
list-any = All findings
list-unread = Unread
list-read = Read
list-refused = Refused
list-failed = Failed
list-patient = Patient
list-study-date = Study date
list-kind = Kind
list-file = File
list-model = Model
list-finding = Finding
list-suspicion = Suspicion
list-uncertainty = Uncertainty
list-scope = Scope
list-word = Your reading
list-since = Waiting since, UTC
list-finding-above = { $label } { $probability }, above { $threshold }
list-finding-below = { $label } { $probability }, below { $threshold }
list-because = { $what }: { $reason }
list-unscored = Not scored
list-in-scope = In scope
list-unchecked = Scope not checked
list-outside = Unlike what the model knows
list-beyond-scope = Scored beyond scope
list-shown = { $n } of { $all } rows shown, { $silent } of all without an answer
list-reading = Reading the records… { $n } of { $all } rows shown, { $silent } of all without an answer
list-rising = { $name }, small first
list-falling = { $name }, great first
list-none-open = Nothing is open
list-none-open-lead = Scans, notes and courses that are open in this window stand here. Drop files on the window, or choose some.
list-none-kept = No records
list-none-kept-lead = Cases that are kept on this computer stand here, with the last answer and your word on it.
list-none-scored = No scored files
list-none-scored-lead = Drop the report of a scored folder on the window, or choose it: the file that “wardlight score --report” writes. Or score a folder here, by “Score files…”.
list-out = Write this list to
list-export = Write CSV
list-notice = Notice
list-where = Where is the list to be written?
list-written = The worklist is written
list-written-remedy = It holds the rows and columns that were shown. Names of patients and files may be among them.
list-all-read = There is no unread case in this list
list-all-read-remedy = What was refused or failed stands first: a person must look at it.
list-writing = Writing the list…

# The page that tells of the program, and the first start.
about-version = Wardlight { $version }
about-is = What this is
about-is-body = Models on this computer read a scan, a note or a course and tell what they saw, how sure they are, and on whom they were tested. You read first and decide. Nothing leaves this computer.
about-is-not = What this is not
about-is-not-body = Not a medical device, and not for diagnosis or treatment. A model knows only what its card says: what it does not name may still be there, and a picture unlike those it was tested on is refused.
about-copy = Copy as text
about-models = Models
about-model-licence = Licence: { $licence }
about-installation = Installation
about-looking = Looking at the installation…
about-licences = Licences
about-licence = Licence of this program
about-licences-beside = Each model carries its own licence, above and in its card. Those of libtorch and of the libraries lie in the folder “licences” of an installed program.
about-wrong = wrong: { $what }
self-test = Self-test
self-test-running = { $n ->
    [one] testing the models, 1 so far…
   *[other] testing the models, { $n } so far…
}
self-test-none = no model is installed
self-test-passed = { $n ->
    [one] the model gave its known answer
   *[other] all { $n } models gave their known answers
}
self-test-failed = { $failed } of { $n } models failed and are not used
known-answer-given = files as its manifest says, known answer given
installed-libtorch = libtorch
installed-decode-worker = Decode worker
installed-script-worker = Script worker
installed-fonts = Fonts
installed-display = Display
installed-lock = Locks by
installed-settings = Settings
installed-journal = Journal
installed-records = Records

# A batch, on the page of the worklist.
batch-open = Score files…
batch-lead = Files are scored one after the other without being opened here. The report holds the paths of the files and the answers, readable to whoever can read its folder; a report that is there already is gone on with, and what it answers is not scored again.
batch-of-folder = A folder
batch-of-open = What is open here
batch-usual-model = As the command “wardlight score” chooses
batch-folder = Folder to score
batch-report = Write the report to
batch-start = Start scoring
batch-missing = Name files and a report, by whole paths.
batch-counting = Counting the files…
batch-stand = { $done } of { $all } files done, { $known } of them known before · { $answered } answered · { $refused } refused · { $failed } failed · { $left } left
batch-pace = { $n } files a minute
batch-paused = Paused
batch-pause = Pause
batch-go-on = Go on
batch-ends = Locking or closing the window ends it. What is done stands in the report, and the same report goes on from there.
batch-retry = Try { $n } that failed again
dialog-json = Report (JSON)
work-batch = Scoring files
notice-batch = The files are scored
notice-batch-remedy = The worklist has them; what was refused or failed stands first.
fail-batch-layout = This report cannot be gone on with
fail-batch-layout-remedy = It is laid out in another way than this program writes it. Choose another file for the report.

# Closing the window over work that runs.
leave-title = Work is still running
leave-batch = Scoring: { $done } of { $all } files are done.
leave-batch-then = What is done stands in the report; the same report goes on from there.
leave-training = A training runs.
leave-training-then = Its last checkpoint is kept; started again, it goes on from there.
leave-evaluation = An evaluation runs.
leave-evaluation-then = Nothing of it is kept; it starts anew.
leave-done = It has ended meanwhile.
leave-stay = Keep the window open
leave-all-the-same = Stop and close
