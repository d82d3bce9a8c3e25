package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message attribute: its data type, and its value as text or, for {@code Binary}, in Base64.
 *
 * @param type {@code String}, {@code Number}, {@code Binary} or {@code String.Array}, perhaps with
 *     a label after a dot
 */
record Attribute(String type, @Nullable String text, @Nullable String base64) {

  static Map<String, Attribute> of(@Nullable JsonNode attributes) {
    Map<String, Attribute> all = new LinkedHashMap<>();
    if (attributes != null) {
      attributes
          .properties()
          .forEach(
              entry -> {
                JsonNode value = entry.getValue();
                String type = Json.text(value, "DataType");
                all.put(
                    entry.getKey(),
                    new Attribute(
                        type == null ? "" : type,
                        Json.text(value, "StringValue"),
                        Json.text(value, "BinaryValue")));
              });
    }
    return all;
  }

  static Map<String, Attribute> of(Params message) {
    Map<String, Attribute> all = new LinkedHashMap<>();
    for (Params entry : message.list("MessageAttributes.entry")) {
      all.put(
          entry.required("Name"),
          new Attribute(
              entry.find("Value.DataType").orElse(""),
              entry.find("Value.StringValue").orElse(null),
              entry.find("Value.BinaryValue").orElse(null)));
    }
    return all;
  }

  static ObjectNode toJson(Map<String, Attribute> attributes) {
    ObjectNode all = Json.object();
    attributes.forEach((name, attribute) -> all.set(name, attribute.toJson()));
    return all;
  }

  private ObjectNode toJson() {
    ObjectNode json = Json.object().put("DataType", type);
    return isBinary() ? json.put("BinaryValue", base64) : json.put("StringValue", text);
  }

  boolean isBinary() {
    return type.startsWith("Binary");
  }

  /** Text or Base64; null if the request has none of the kind that the type asks for. */
  @Nullable String value() {
    return isBinary() ? base64 : text;
  }

  byte[] bytes() {
    String value = value();
    if (value == null) {
      return new byte[0];
    }
    return isBinary() ? Base64.getDecoder().decode(value) : value.getBytes(StandardCharsets.UTF_8);
  }

  /** What a message weighs for its limit: the body, and name, type and value of each attribute. */
  static int size(String body, Map<String, Attribute> attributes) {
    int bytes = body.getBytes(StandardCharsets.UTF_8).length;
    for (Map.Entry<String, Attribute> entry : attributes.entrySet()) {
      Attribute attribute = entry.getValue();
      bytes += entry.getKey().length() + attribute.type.length() + attribute.bytes().length;
    }
    return bytes;
  }
}
