package io.keyway.northbound.restconf;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The body of an error answer, in JSON or XML.
 *
 * @param status HTTP status that goes with it
 */
record ErrorBody(int status, String text) {

  /** As OpenDaylight names it in all its other answers, without the module. */
  private static final String ERRORS = "errors";

  private static final Pattern XML_ERROR = Pattern.compile("<error-info>([^<]*)</error-info>");

  /** Says the same as RFC 8040 wants it said; empty when the error is not a refusal of ours. */
  static Optional<ErrorBody> rewrite(String contentType, String body) {
    if (contentType.contains("json")) {
      return json(body);
    }
    return contentType.contains("xml") ? xml(body) : Optional.empty();
  }

  private static Optional<ErrorBody> json(String body) {
    JsonElement root;
    try {
      root = JsonParser.parseString(body);
    } catch (JsonParseException e) {
      return Optional.empty();
    }
    return member(root, ERRORS)
        .flatMap(errors -> member(errors, "error"))
        .filter(list -> list instanceof JsonArray array && !array.isEmpty())
        .map(list -> list.getAsJsonArray().get(0))
        .flatMap(error -> member(error, "error-info"))
        .filter(JsonElement::isJsonPrimitive)
        .flatMap(info -> Refusal.parse(info.getAsString()))
        .map(ErrorBody::json);
  }

  private static Optional<JsonElement> member(JsonElement parent, String name) {
    return parent instanceof JsonObject object
        ? Optional.ofNullable(object.get(name))
        : Optional.empty();
  }

  private static ErrorBody json(Refusal refusal) {
    JsonObject error = new JsonObject();
    error.addProperty("error-type", "application");
    error.addProperty("error-tag", refusal.tag());
    refusal.appTag().ifPresent(tag -> error.addProperty("error-app-tag", tag));
    error.addProperty("error-path", refusal.path());
    error.addProperty("error-message", refusal.message());
    JsonArray list = new JsonArray();
    list.add(error);
    JsonObject errors = new JsonObject();
    errors.add("error", list);
    JsonObject root = new JsonObject();
    root.add(ERRORS, errors);
    return new ErrorBody(refusal.status(), root.toString());
  }

  private static Optional<ErrorBody> xml(String body) {
    Matcher info = XML_ERROR.matcher(body);
    if (!info.find()) {
      return Optional.empty();
    }
    return Refusal.parse(unescape(info.group(1)))
        .map(
            refusal ->
                new ErrorBody(
                    refusal.status(),
                    "<errors xmlns=\"urn:ietf:params:xml:ns:yang:ietf-restconf\"><error>"
                        + "<error-type>application</error-type><error-tag>"
                        + refusal.tag()
                        + "</error-tag>"
                        + refusal
                            .appTag()
                            .map(tag -> "<error-app-tag>" + tag + "</error-app-tag>")
                            .orElse("")
                        + "<error-path xmlns:keyway-ipsec=\"urn:keyway:ipsec\">"
                        + escape(refusal.path())
                        + "</error-path><error-message>"
                        + escape(refusal.message())
                        + "</error-message></error></errors>"));
  }

  private static String escape(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }

  private static String unescape(String text) {
    return text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&apos;", "'")
        .replace("&quot;", "\"")
        .replace("&amp;", "&");
  }
}
