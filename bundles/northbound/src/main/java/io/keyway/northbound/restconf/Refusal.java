package io.keyway.northbound.restconf;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A refusal of {@code ConfigCohort} as RFC 8040 wants it told.
 *
 * @param status HTTP status
 * @param tag error-tag
 * @param appTag error-app-tag
 * @param path error-path, an instance-identifier
 * @param message error-message
 */
record Refusal(int status, String tag, Optional<String> appTag, String path, String message) {

  /** Path in RESTCONF's notation, a colon, and the reason. */
  private static final Pattern FORM =
      Pattern.compile("(/keyway-ipsec:ipsec/[^ ]+?): (.+)", Pattern.DOTALL);

  private static final Pattern KEYED = Pattern.compile("([a-z-]+)=([^/]+)");

  /** Reads an error-info; empty when it is not one of ours. */
  static Optional<Refusal> parse(String errorInfo) {
    Matcher form = FORM.matcher(errorInfo);
    if (!form.matches()) {
      return Optional.empty();
    }
    String path = KEYED.matcher(form.group(1)).replaceAll("$1[name='$2']");
    String reason = form.group(2);
    return Optional.of(
        // RFC 7950 section 15.5 for a reference to nowhere; RFC 8040 section 7 for the statuses.
        reason.startsWith("there is no ")
            ? new Refusal(409, "data-missing", Optional.of("instance-required"), path, reason)
            : new Refusal(400, "invalid-value", Optional.empty(), path, reason));
  }
}
