package dev.mailroom.testkit;

import java.util.Map;

/** What goes back over HTTP. */
record Answer(int status, Map<String, String> headers, String body) {

  static final String CONTENT_TYPE = "Content-Type";

  boolean isError() {
    return status >= 400;
  }
}
