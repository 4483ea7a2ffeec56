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

  /** How the messages of our own mount points begin, which repeat no input that is secret. */
  private static final Pattern OWN =
      Pattern.compile("(\"error-message\"\\s*:\\s*\"|<error-message>)data plane ['&]");

  /** Says {@code instead}, unless the error is one of our own, which stays as it is. */
  static Optional<ErrorBody> withoutInput(
      int status, String contentType, String body, String instead) {
    if (OWN.matcher(body).find()) {
      return Optional.empty();
    }
    String tag = status == 400 ? "invalid-value" : "operation-failed";
    return Optional.of(of(status, tag, instead, contentType.contains("xml")));
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

  /** An error without a path. */
  static ErrorBody of(int status, String tag, String message, boolean xml) {
    Refusal refusal = new Refusal(status, tag, Optional.empty(), "", message);
    return xml ? xml(refusal) : json(refusal);
  }

  private static ErrorBody json(Refusal refusal) {
    JsonObject error = new JsonObject();
    error.addProperty("error-type", "application");
    error.addProperty("error-tag", refusal.tag());
    refusal.appTag().ifPresent(tag -> error.addProperty("error-app-tag", tag));
    if (!refusal.path().isEmpty()) {
      error.addProperty("error-path", refusal.path());
    }
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
    return info.find()
        ? Refusal.parse(unescape(info.group(1))).map(ErrorBody::xml)
        : Optional.empty();
  }

  private static ErrorBody xml(Refusal refusal) {
    StringBuilder text = new StringBuilder();
    text.append("<errors xmlns=\"urn:ietf:params:xml:ns:yang:ietf-restconf\"><error>")
        .append("<error-type>application</error-type><error-tag>")
        .append(refusal.tag())
        .append("</error-tag>");
    refusal
        .appTag()
        .ifPresent(t -> text.append("<error-app-tag>").append(t).append("</error-app-tag>"));
    if (!refusal.path().isEmpty()) {
      text.append("<error-path xmlns:keyway-ipsec=\"urn:keyway:ipsec\">")
          .append(escape(refusal.path()))
          .append("</error-path>");
    }
    text.append("<error-message>")
        .append(escape(refusal.message()))
        .append("</error-message></error></errors>");
    return new ErrorBody(refusal.status(), text.toString());
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
