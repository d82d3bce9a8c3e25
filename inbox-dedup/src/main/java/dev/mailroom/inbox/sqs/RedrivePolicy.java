package dev.mailroom.inbox.sqs;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The queue attribute of that name (SQS API Reference, SetQueueAttributes). */
record RedrivePolicy(String deadLetterArn, int maxReceives) {

  private static final JsonFactory JSON = new JsonFactory();

  /** Nothing if there is none, or none that can be read. SQS writes the number as either type. */
  static Optional<RedrivePolicy> parse(@Nullable String json) {
    if (json == null || json.isEmpty()) {
      return Optional.empty();
    }
    String arn = null;
    int receives = 0;
    try (JsonParser in = JSON.createParser(json)) {
      in.nextToken();
      for (String name = in.nextFieldName(); name != null; name = in.nextFieldName()) {
        in.nextToken();
        switch (name) {
          case "deadLetterTargetArn" -> arn = in.getText();
          case "maxReceiveCount" -> receives = in.getValueAsInt();
          default -> in.skipChildren();
        }
      }
    } catch (IOException e) {
      return Optional.empty();
    }
    return arn == null ? Optional.empty() : Optional.of(new RedrivePolicy(arn, receives));
  }
}
