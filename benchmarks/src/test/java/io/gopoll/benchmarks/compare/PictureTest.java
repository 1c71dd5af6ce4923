/*
 * Copyright 2026 The GoPoll Project
 *
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except
 * in compliance with the License. You may obtain a copy of the License at
 *
 *   https://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License
 * is distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express
 * or implied. See the License for the specific language governing permissions and limitations under
 * the License.
 */
package io.gopoll.benchmarks.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PictureTest {

    private static final Path DOCS = Path.of("..", "docs");

    @Test
    void thePictureInTheReadmeIsWhatWasMeasured() throws IOException {
        assertEquals(
                Picture.draw(Files.readString(DOCS.resolve("picture.json"))),
                Files.readString(DOCS.resolve("picture.svg")),
                "draw it again: java -jar benchmarks/target/benchmarks.jar picture"
                        + " docs/picture.json docs/picture.svg");
    }
}
