/** A thousand destinations, and what they cost while nothing is to do. */
@NullMarked
package dev.mailroom.tests.many;

import org.jspecify.annotations.NullMarked;
