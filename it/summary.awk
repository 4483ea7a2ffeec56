# Sums the reports of surefire and failsafe, names what failed and what did not run and why, and closes with
#   N passed, N failed, N skipped
# Exit status 1 when something failed, when Maven ended with an error, or when nothing ran at all.
# Variables: maven = Maven's exit status, log_file = its log.

function attribute(line, name,    parts) {
  if (!match(line, "[ \t]" name "=\"[^\"]*\"")) return ""
  split(substr(line, RSTART, RLENGTH), parts, "\"")
  return plain(parts[2])
}

function plain(text) {
  gsub(/&quot;/, "\"", text); gsub(/&apos;/, "'", text); gsub(/&#10;/, " ", text)
  gsub(/&lt;/, "<", text); gsub(/&gt;/, ">", text); gsub(/&amp;/, "\\&", text)
  return text
}

# What a failure says, with its lines, up to a length at which it is still read.
function message(line,    text) {
  gsub(/&#10;/, "\n", line)
  text = attribute(line, "message")
  if (text == "") text = attribute(line, "type")
  if (length(text) > 6000) text = substr(text, 1, 6000) " ..."
  gsub(/\n/, "\n      ", text)
  return text
}

# Why a test did not run: of tests that are made as it runs, the reports keep it in the trace only.
function why(line,    text) {
  text = attribute(line, "message")
  if (text == "" && match(line, /(Assumption failed|Exception): /)) {
    text = substr(line, RSTART + RLENGTH)
    sub(/^Assumption failed: /, "", text)
    sub(/\]\]>.*/, "", text)
  }
  return text
}

function close_case() {
  if (test == "") return
  if (state == "failed") { failed_names[++failed] = test; messages[failed] = reason }
  else if (state == "skipped") skipped_names[++skipped] = test ": " (reason == "" ? "no reason given" : reason)
  else passed++
  test = ""
}

FNR == 1 { close_case(); text = 0 }
# Captured output may look like anything.
/<system-(out|err)>/ { text = 1 }
/<\/system-(out|err)>/ { text = 0; next }
text { next }

/^[ \t]*<testcase / {
  close_case()
  test = attribute($0, "classname") "." attribute($0, "name")
  state = "passed"; reason = ""
  if ($0 ~ /\/>[ \t]*$/) close_case()
  next
}
/^[ \t]*<(failure|error)[ >\/]/ { if (state != "failed") reason = message($0); state = "failed"; next }
/^[ \t]*<skipped/ { if (state != "failed") { state = "skipped"; reason = why($0) }; next }
/^[ \t]*<\/testcase>/ { close_case() }

END {
  close_case()
  while ((getline line < log_file) > 0) {
    if (line ~ /^\[INFO\] .* \.* ?SKIPPED$/) {
      sub(/^\[INFO\] /, "", line); sub(/ \.* ?SKIPPED$/, "", line)
      modules[++module] = line
    }
  }
  print ""
  if (failed) {
    print "Failed:"
    for (i = 1; i <= failed; i++) print "  " failed_names[i] "\n      " messages[i]
  }
  if (skipped || module) {
    print "Not run:"
    for (i = 1; i <= skipped; i++) print "  " skipped_names[i]
    for (i = 1; i <= module; i++) print "  all of \"" modules[i] "\": something that it needs failed before"
  }
  if (maven != 0 && !failed) print "Maven ended with an error that is no test's; see " log_file
  if (!passed && !failed) print "No test ran."
  printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
  exit (failed || maven != 0 || !passed) ? 1 : 0
}
