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
trouble-wrong = The name or the passphrase is wrong.
trouble-wait = Too many tries. Wait { $seconds } s.
trouble-newer = A newer Wardlight has written these records. Start that one.
trouble-damaged = The records are damaged. Restore a backup.
trouble-in-use = Another window has these records open.
trouble-storage = The records cannot be read or written here.

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
