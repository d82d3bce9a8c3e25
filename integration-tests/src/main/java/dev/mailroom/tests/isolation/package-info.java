/** A sick destination, key or message slows nobody else. */
@NullMarked
package dev.mailroom.tests.isolation;

import org.jspecify.annotations.NullMarked;
