package dev.mailroom.outbox;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.mailroom.outbox.Headers.Value;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The JSON form of {@link Headers}, read strictly: whatever it does not know is an error. */
final class HeadersJson {

  private static final JsonFactory JSON =
      JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  private HeadersJson() {}

  static String write(Map<String, Value> values) {
    return generated(
        out -> {
          out.writeStartObject();
          for (Map.Entry<String, Value> entry : values.entrySet()) {
            out.writeFieldName(entry.getKey());
            write(out, entry.getValue());
          }
          out.writeEndObject();
        });
  }

  static String array(List<String> texts) {
    return generated(out -> write(out, texts));
  }

  private static void write(JsonGenerator out, Value value) throws IOException {
    if (value instanceof Value.Text text) {
      out.writeString(text.value());
    } else if (value instanceof Value.Numeric number) {
      out.writeNumber(number.toString());
    } else if (value instanceof Value.Texts texts) {
      write(out, texts.values());
    } else if (value instanceof Value.Binary binary) {
      out.writeStartObject();
      out.writeStringField("base64", binary.base64());
      out.writeEndObject();
    }
  }

  private static void write(JsonGenerator out, List<String> texts) throws IOException {
    out.writeStartArray();
    for (String text : texts) {
      out.writeString(text);
    }
    out.writeEndArray();
  }

  static Map<String, Value> read(String json) {
    try (JsonParser in = JSON.createParser(json)) {
      expect(in, in.nextToken(), JsonToken.START_OBJECT, "headers");
      Map<String, Value> values = new LinkedHashMap<>();
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        in.nextToken();
        values.put(name, value(in, "header '" + Text.shown(name) + "'"));
      }
      expect(in, in.currentToken(), JsonToken.END_OBJECT, "headers");
      expect(in, in.nextToken(), null, "headers");
      return values;
    } catch (JsonProcessingException e) {
      throw new MailroomException.InvalidMessage(
          "headers", "must be one JSON object, but: " + e.getOriginalMessage());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Value value(JsonParser in, String field) throws IOException {
    return switch (in.currentToken()) {
      case VALUE_STRING -> new Value.Text(in.getText());
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(in, field);
      case START_ARRAY -> texts(in, field);
      case START_OBJECT -> binary(in, field);
      default -> throw unknown(in, field);
    };
  }

  private static Value number(JsonParser in, String field) throws IOException {
    try {
      return new Value.Numeric(in.getDecimalValue());
    } catch (NumberFormatException e) {
      throw new MailroomException.InvalidMessage(field, "has a number beyond all bounds");
    }
  }

  private static Value texts(JsonParser in, String field) throws IOException {
    List<String> texts = new ArrayList<>();
    while (in.nextToken() != JsonToken.END_ARRAY) {
      expect(in, in.currentToken(), JsonToken.VALUE_STRING, field);
      texts.add(in.getText());
    }
    return new Value.Texts(texts);
  }

  private static Value binary(JsonParser in, String field) throws IOException {
    if (!"base64".equals(in.nextFieldName())) {
      throw unknown(in, field);
    }
    expect(in, in.nextToken(), JsonToken.VALUE_STRING, field);
    Value.Binary binary = new Value.Binary(in.getText());
    expect(in, in.nextToken(), JsonToken.END_OBJECT, field);
    try {
      binary.bytes();
    } catch (IllegalArgumentException e) {
      throw new MailroomException.InvalidMessage(field, "is not Base64: " + e.getMessage());
    }
    return binary;
  }

  private static void expect(
      JsonParser in, @Nullable JsonToken actual, @Nullable JsonToken wanted, String field)
      throws IOException {
    if (actual != wanted) {
      throw unknown(in, field);
    }
  }

  private static MailroomException unknown(JsonParser in, String field) throws IOException {
    return new MailroomException.InvalidMessage(
        field,
        "must be a string, a number, an array of strings or {\"base64\": …}, but has "
            + in.currentToken()
            + " at column "
            + in.currentTokenLocation().getColumnNr());
  }

  private interface Writing {
    void to(JsonGenerator out) throws IOException;
  }

  private static String generated(Writing writing) {
    StringWriter text = new StringWriter();
    try (JsonGenerator out = JSON.createGenerator(text)) {
      writing.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }
}
