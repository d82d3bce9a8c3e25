package dev.mailroom.testkit;

import java.util.Map;
import java.util.UUID;

/** Answers in the XML of the AWS Query protocol, as SNS writes them. */
final class SnsAnswers {

  private static final String NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/";
  private static final Map<String, String> HEADERS = Map.of(Answer.CONTENT_TYPE, "text/xml");

  private SnsAnswers() {}

  /**
   * @param result what stands in the element {@code <action>Result}
   */
  static Answer success(String action, Xml result) {
    Xml content =
        new Xml()
            .element(action + "Result", result)
            .element("ResponseMetadata", new Xml().element("RequestId", id()));
    return new Answer(
        200, HEADERS, new Xml().root(action + "Response", NAMESPACE, content).toString());
  }

  static Answer error(ServiceError error) {
    Xml detail =
        new Xml()
            .element("Type", error.isSenderFault() ? "Sender" : "Receiver")
            .element("Code", error.code())
            .element("Message", error.text());
    Xml content = new Xml().element("Error", detail).element("RequestId", id());
    return new Answer(
        error.status(), HEADERS, new Xml().root("ErrorResponse", NAMESPACE, content).toString());
  }

  private static String id() {
    return UUID.randomUUID().toString();
  }
}
