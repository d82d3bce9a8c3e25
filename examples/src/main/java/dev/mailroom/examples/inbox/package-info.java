/** The inbox: with the SQS consumer, and inside a listener that another framework runs. */
@NullMarked
package dev.mailroom.examples.inbox;

import org.jspecify.annotations.NullMarked;
