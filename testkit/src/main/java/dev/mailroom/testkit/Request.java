package dev.mailroom.testkit;

import org.jspecify.annotations.Nullable;

/**
 * A call as it came over HTTP.
 *
 * @param target the header {@code X-Amz-Target}, which AWS JSON has and AWS Query has not
 */
record Request(String path, String contentType, @Nullable String target, String body) {}
