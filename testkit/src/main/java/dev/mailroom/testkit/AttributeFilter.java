package dev.mailroom.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The attributes that a receive asked for: all, or those of the names given, where {@code prefix.*}
 * stands for all that begin so (SQS API Reference, {@code ReceiveMessage}).
 */
final class AttributeFilter {

  private static final String ATTRIBUTES = "MessageAttributes";
  private static final String DIGEST = "MD5OfMessageAttributes";

  private final List<String> names = new ArrayList<>();

  AttributeFilter(JsonNode names) {
    names.forEach(name -> this.names.add(name.asText()));
  }

  void apply(ObjectNode message) {
    if (!(message.get(ATTRIBUTES) instanceof ObjectNode attributes)) {
      return;
    }
    int before = attributes.size();
    List<String> unwanted = new ArrayList<>();
    attributes.fieldNames().forEachRemaining(unwanted::add);
    unwanted.removeIf(this::wants);
    attributes.remove(unwanted);
    if (attributes.isEmpty()) {
      message.remove(ATTRIBUTES);
      message.remove(DIGEST);
    } else if (attributes.size() < before) {
      message.put(DIGEST, digest(Attribute.of(attributes)));
    }
  }

  private boolean wants(String attribute) {
    return names.stream()
        .anyMatch(
            name ->
                name.equals("All")
                    || name.equals(attribute)
                    || (name.endsWith(".*")
                        && attribute.startsWith(name.substring(0, name.length() - 2))));
  }

  /** As the SDK checks it: SQS Developer Guide, "Calculating the MD5 message digest". */
  private static String digest(Map<String, Attribute> attributes) {
    MessageDigest md5 = md5();
    new TreeMap<>(attributes)
        .forEach(
            (name, attribute) -> {
              update(md5, name.getBytes(StandardCharsets.UTF_8));
              update(md5, attribute.type().getBytes(StandardCharsets.UTF_8));
              md5.update((byte) (attribute.isBinary() ? 2 : 1));
              update(md5, attribute.bytes());
            });
    return HexFormat.of().formatHex(md5.digest());
  }

  private static void update(MessageDigest md5, byte[] bytes) {
    md5.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    md5.update(bytes);
  }

  private static MessageDigest md5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
