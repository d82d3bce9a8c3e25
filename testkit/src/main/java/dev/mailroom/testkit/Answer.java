package dev.mailroom.testkit;

import java.util.Map;

/** What goes back over HTTP. */
record Answer(int status, Map<String, String> headers, String body) {

  static final String CONTENT_TYPE = "Content-Type";

  /** No answer at all: the connection is cut. */
  static final Answer CUT = new Answer(0, Map.of(), "");

  boolean isCut() {
    return status == 0;
  }

  boolean isSuccess() {
    return status >= 200 && status < 300;
  }
}
