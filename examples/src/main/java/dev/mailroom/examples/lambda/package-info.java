/** The inbox in a runtime that receives and deletes by itself, as AWS Lambda does. */
@NullMarked
package dev.mailroom.examples.lambda;

import org.jspecify.annotations.NullMarked;
