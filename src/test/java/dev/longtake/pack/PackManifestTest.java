package dev.longtake.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.longtake.diffusion.DpmSolverSde;
import dev.longtake.diffusion.Guidance;
import dev.longtake.film.EnhancementPlan;
import dev.longtake.film.InvalidFieldException;
import dev.longtake.film.Mode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PackManifestTest {

    @TempDir
    Path folder;

    @Test
    void readsEverything() {
        PackManifest manifest = PackManifest.read(TestPacks.TOY);
        assertThat(manifest.chunk().step()).isEqualTo(8);
        assertThat(manifest.diffusion()).isInstanceOf(Diffusion.Euler.class);
        assertThat(manifest.graphs()).containsOnlyKeys("unet", "cam", "cam_embedding", "apm", "vae_decoder");
        assertThat(manifest.graphs().get("unet").inputs().get("latents")).hasToString("[B, 16, 16, 8, 8]");
    }

    @Test
    void readsDdim() {
        TestPacks.changedToy(folder, json -> json.putObject("diffusion")
                .put("prediction", "epsilon").put("trainTimesteps", 1000).put("betaStart", 0.00085)
                .put("betaEnd", 0.012).put("stepsOffset", 1).put("sampler", "ddim").put("eta", 1.0)
                .put("steps", 50).put("guidanceScale", 7.5));
        Diffusion diffusion = PackManifest.read(folder).diffusion();
        assertThat(diffusion.sampler(Mode.CAREFUL, 50).timestep(0)).isEqualTo(981);
    }

    @Test
    void readsTheFastMode() {
        assertThat(PackManifest.read(TestPacks.TOY).diffusion().fast()).contains(new Diffusion.Fast(4, 3, 8, 4));
        TestPacks.changedToy(folder, json -> object(json, "diffusion").remove("fast"));
        Diffusion careful = PackManifest.read(folder).diffusion();
        assertThat(careful.fast()).isEmpty();
        assertThatThrownBy(() -> careful.sampler(Mode.FAST, 4)).isInstanceOf(InvalidFieldException.class)
                .hasMessage("mode must be careful (the pack has no other mode), but was \"fast\"");
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake("diffusion.fast.leastSteps must be 1 to 200, but was 0",
                        json -> object(json, "diffusion", "fast").put("leastSteps", 0)),
                mistake("diffusion.fast.mostSteps must be 3 to 200, but was 2",
                        json -> object(json, "diffusion", "fast").put("mostSteps", 2)),
                mistake("diffusion.fast.steps must be 3 to 8, but was 9",
                        json -> object(json, "diffusion", "fast").put("steps", 9)),
                mistake("diffusion.fast.guidanceScale must be 1 to 30.0, but was 0.5",
                        json -> object(json, "diffusion", "fast").put("guidanceScale", 0.5)),
                mistake("'leastSteps'", json -> object(json, "diffusion", "fast").remove("leastSteps")),
                mistake("format must be 1, but was 2", json -> json.put("format", 2)),
                mistake("name must be", json -> json.put("name", "Story Book")),
                mistake("'licence'", json -> json.remove("licence")),
                mistake("'title'", json -> json.putNull("title")),
                mistake("unknown field colour; known here:", json -> json.put("colour", "red")),
                mistake("unknown field video.depth; known here:", json -> object(json, "video").put("depth", 3)),
                mistake("video.width must be a multiple of 16", json -> object(json, "video").put("width", 63)),
                mistake("video.fps must be 1 to 240, but was 0", json -> object(json, "video").put("fps", 0)),
                mistake("video.fps", json -> object(json, "video").put("fps", "8")),
                mistake("video.fps", json -> object(json, "video").put("fps", 7.5)),
                mistake("chunk.conditioningFrames must be 1 to 15, but was 16",
                        json -> object(json, "chunk").put("conditioningFrames", 16)),
                mistake("text.encoder must be all-MiniLM-L6-v2 or clip, but was \"t5\"",
                        json -> object(json, "text").put("encoder", "t5")),
                mistake("diffusion.sampler must be euler, ddim or dpm-solver++, but was \"plms\"",
                        json -> object(json, "diffusion").put("sampler", "plms")),
                mistake("diffusion.sampler must be euler, ddim or dpm-solver++, but was missing",
                        json -> object(json, "diffusion").remove("sampler")),
                mistake("diffusion.prediction must be flow where the sampler is euler",
                        json -> object(json, "diffusion").put("prediction", "v")),
                mistake("diffusion.steps must be 1 to 200", json -> object(json, "diffusion").put("steps", 0)),
                mistake("overlapHold must be 0 to 1, but was 1.5", json -> json.put("overlapHold", 1.5)),
                mistake("anchor must be first-frame", json -> json.put("anchor", "last-frame")),
                mistake("graphs.sha256 must be 64 hexadecimal digits",
                        json -> object(json, "graphs", "unet").put("sha256", "abc")),
                mistake("graphs.file must be the name of a file",
                        json -> object(json, "graphs", "unet").put("file", "../unet.onnx")),
                mistake("shape must be a list of positive numbers and names",
                        json -> object(json, "graphs", "unet", "inputs").putArray("latents").add("B").add(-1)));
    }

    /** The original's enhancer, at a size that fits the toy's. */
    private static ObjectNode enhancer(ObjectNode json) {
        ObjectNode enhancer = json.putObject("enhancer");
        enhancer.putObject("video").put("width", 128).put("height", 128);
        enhancer.putObject("latent").put("channels", 4).put("height", 16).put("width", 16);
        enhancer.putObject("window").put("frames", 24).put("overlap", 8);
        ObjectNode diffusion = enhancer.putObject("diffusion").put("prediction", "v").put("sampler", "dpm-solver++-sde")
                .put("noiseLevels", 600).put("steps", 30).put("guidanceScale", 7.5).put("guidanceRescale", 0.2);
        diffusion.putObject("schedule").put("trainTimesteps", 1000).put("logSnrLimit", 7.5)
                .putArray("logSnrShift").add(2.0).add(4.0);
        return enhancer;
    }

    @Test
    void readsTheEnhancerOfTheOriginal() {
        assertThat(PackManifest.read(TestPacks.TOY).enhancer()).isEmpty();
        TestPacks.changedToy(folder, PackManifestTest::enhancer);
        PackManifest.Enhancer enhancer = PackManifest.read(folder).enhancer().orElseThrow();
        assertThat(enhancer.plan()).isEqualTo(new EnhancementPlan(24, 8, 30));
        assertThat(enhancer.diffusion().guidance(new Departure(1, 1))).isEqualTo(new Guidance(7.5, 0.2));
        assertThat(enhancer.diffusion().solver(30)).isInstanceOf(DpmSolverSde.class);
        assertThat(enhancer.diffusion().solver(30).timestep(0)).isEqualTo(599);
        assertThatThrownBy(() -> ModelPack.open(folder, Device.cpu())).isInstanceOf(PackException.class)
                .hasMessageContaining("graphs must be exactly").hasMessageContaining("enhancer_unet");
    }

    @Test
    void anotherEnhancerIsAnotherEdition(@TempDir Path other) {
        String plain = PackManifest.read(TestPacks.TOY).edition().digest();
        TestPacks.changedToy(folder, PackManifestTest::enhancer);
        String refining = PackManifest.read(folder).edition().digest();
        TestPacks.changedToy(other, json -> object(enhancer(json), "diffusion").put("steps", 20));
        assertThat(PackManifest.read(other).edition().digest()).isNotEqualTo(refining).isNotEqualTo(plain);
    }

    @Test
    void whatEncodesPicturesCountsOnlyWhereThereIsOne(@TempDir Path other) {
        PackManifest storybook = PackManifest.read(TestPacks.STORYBOOK);
        assertThat(storybook.startsFromImages()).isTrue();
        assertThat(storybook.edition().digest()).as("recipes of storybook 0.5 hold: it had the same networks but this")
                .isEqualTo("d9581c381f080ce24ea0f8bb533dfff8c502547742600b46b428cb4e1c2a4bc8");
        assertThat(storybook.edition(true).digest()).isNotEqualTo(storybook.edition().digest());

        PackManifest toy = PackManifest.read(TestPacks.TOY);
        assertThat(toy.startsFromImages()).isFalse();
        TestPacks.changedToy(folder, json -> encoder(json, "1"));
        TestPacks.changedToy(other, json -> encoder(json, "2"));
        PackManifest one = PackManifest.read(folder);
        PackManifest two = PackManifest.read(other);
        assertThat(one.edition()).isEqualTo(two.edition()).isEqualTo(toy.edition());
        assertThat(one.edition(true)).isNotEqualTo(two.edition(true));
    }

    private static void encoder(ObjectNode json, String digit) {
        ObjectNode encoder = object(object(json, "graphs"), "vae_decoder").deepCopy();
        encoder.put("sha256", digit.repeat(64)).set("inputs", object(encoder, "outputs").deepCopy());
        object(encoder, "outputs").set("latents", object(object(json, "graphs"), "vae_decoder").get("inputs").get("latents"));
        object(encoder, "outputs").remove("frames");
        object(json, "graphs").set("vae_encoder", encoder);
    }

    @Test
    void theEncoderMakesLatentsOfFrames() {
        TestPacks.changedToy(folder, json -> {
            encoder(json, "1");
            object(object(object(json, "graphs"), "vae_encoder"), "outputs").putArray("latents").add("N").add(4).add(1).add(1);
        });
        assertThatThrownBy(() -> ModelPack.open(folder, Device.cpu())).isInstanceOf(PackException.class)
                .hasMessageContaining("graphs.vae_encoder.outputs.latents must be");
    }

    static Stream<Arguments> mistakesOfEnhancers() {
        return Stream.of(
                mistake("enhancer.diffusion.sampler must be euler or dpm-solver++-sde, but was \"ddim\"",
                        json -> object(enhancer(json), "diffusion").put("sampler", "ddim")),
                mistake("enhancer.diffusion.prediction must be v where the sampler is dpm-solver++-sde",
                        json -> object(enhancer(json), "diffusion").put("prediction", "flow")),
                mistake("enhancer.diffusion.guidanceRescale must be 0 to 1, but was 2",
                        json -> object(enhancer(json), "diffusion").put("guidanceRescale", 2)),
                mistake("noiseLevels must be 2 to 999, but was 1000",
                        json -> object(enhancer(json), "diffusion").put("noiseLevels", 1000)),
                mistake("enhancer.overlap must be 0 to 12, half the window, but was 13",
                        json -> object(enhancer(json), "window").put("overlap", 13)),
                mistake("enhancer.window must be an overlap and a multiple of the 8 new frames of a chunk, 24 or more",
                        json -> object(enhancer(json), "window").put("frames", 20)),
                mistake("enhancer.video must be of the aspect of 64x64, and not smaller, but was \"128x192\"",
                        json -> object(enhancer(json), "video").put("height", 192)),
                mistake("enhancer.video must be of the aspect of 64x64, and not smaller, but was \"32x32\"",
                        json -> object(enhancer(json), "video").put("width", 32).put("height", 32)),
                mistake("enhancer.canvas must be 128x128 or larger by an even number of pixels, but was \"127x128\"",
                        json -> enhancer(json).putObject("canvas").put("width", 127).put("height", 128)),
                mistake("enhancer.canvas must be 128x128 or larger by an even number of pixels, but was \"129x128\"",
                        json -> enhancer(json).putObject("canvas").put("width", 129).put("height", 128)),
                mistake("enhancer.enlargement must be bilinear or bicubic, but was \"nearest\"",
                        json -> enhancer(json).put("enlargement", "nearest")),
                mistake("enhancer.text must be cut into the same tokens as text, as many of them",
                        json -> enhancer(json).set("text", clip())),
                mistake("enhancer.diffusion.schedule.logSnrLimit must be more than 0, at most 20, but was 0",
                        json -> object(enhancer(json), "diffusion", "schedule").put("logSnrLimit", 0)),
                mistake("enhancer.diffusion.schedule.logSnrShift must be two numbers, 1 to 100, but was \"[2.0]\"",
                        json -> object(enhancer(json), "diffusion", "schedule").putArray("logSnrShift").add(2.0)),
                mistake("enhancer.diffusion.schedule.trainTimesteps must be 3 to 100000, but was 2",
                        json -> object(enhancer(json), "diffusion", "schedule").put("trainTimesteps", 2)),
                mistake("'window'", json -> enhancer(json).remove("window")));
    }

    private static ObjectNode clip() {
        ObjectNode text = new ObjectMapper().createObjectNode();
        text.put("encoder", "clip").put("graph", "words").put("padding", 0).put("tokens", 48).put("width", 64);
        text.putObject("tokenizer").put("file", "tokenizer.json").put("sha256", "0".repeat(64));
        return text;
    }

    @Test
    void readsAFirstChunkOfItsOwn() {
        TestPacks.changedToy(folder, PackManifestTest::firstChunk);
        PackManifest manifest = PackManifest.read(folder);
        PackManifest.FirstChunk first = manifest.firstChunk().orElseThrow();
        assertThat(first.diffusion()).isInstanceOf(Diffusion.DpmSolver.class);
        assertThat(first.diffusion().sampler(Mode.CAREFUL, 50).timestep(1)).isEqualTo(979);
        assertThat(manifest.edition()).isNotEqualTo(PackManifest.read(TestPacks.TOY).edition());
        assertThatThrownBy(() -> ModelPack.open(folder, Device.cpu())).isInstanceOf(PackException.class)
                .hasMessageContaining("graphs must be exactly").hasMessageContaining("first_unet");
    }

    private static ObjectNode firstChunk(ObjectNode json) {
        ObjectNode first = json.putObject("firstChunk");
        first.set("text", json.get("text").deepCopy());
        first.putObject("diffusion").put("sampler", "dpm-solver++").put("prediction", "epsilon").put("trainTimesteps", 1000)
                .put("betaStart", 0.00085).put("betaEnd", 0.012).put("steps", 50).put("guidanceScale", 9.0);
        return first;
    }

    @Test
    void otherWeightsAreAnotherEdition(@TempDir Path other) {
        TestPacks.changedToy(folder, json -> weights(json, "1"));
        TestPacks.changedToy(other, json -> weights(json, "2"));
        assertThat(PackManifest.read(folder).edition()).isNotEqualTo(PackManifest.read(other).edition());
    }

    private static ObjectNode weights(ObjectNode json, String digit) {
        return object(json, "graphs", "unet").putObject("weights")
                .put("file", "unet.weights").put("sha256", digit.repeat(64)).put("bytes", 4096);
    }

    static Stream<Arguments> mistakesOfTheOriginal() {
        return Stream.of(
                mistake("firstChunk.text must be cut into the same tokens as text, as many of them",
                        json -> object(firstChunk(json), "text").put("tokens", 77)),
                mistake("diffusion.trainTimesteps must be 50 to 100000, but was 20",
                        json -> object(firstChunk(json), "diffusion").put("trainTimesteps", 20)),
                mistake("unconditionalAnchor must be grey, but was \"black\"",
                        json -> json.put("unconditionalAnchor", "black")),
                mistake("precision must be fp16 or fp32, but was \"int4\"", json -> json.put("precision", "int4")),
                mistake("text.padding must be 0 or more, but was -1", json -> json.set("text", clip().put("padding", -1))),
                mistake("text.tokenizer.file must be the name of a file in the pack's folder, but was \"../tokenizer.json\"",
                        json -> {
                            ObjectNode text = clip();
                            object(text, "tokenizer").put("file", "../tokenizer.json");
                            json.set("text", text);
                        }),
                mistake("graphs.weights.bytes must be 1 or more, but was 0", json -> weights(json, "1").put("bytes", 0)),
                mistake("graphs.half.sha256 must be 64 hexadecimal digits, but was \"abc\"",
                        json -> object(json, "graphs", "unet").putObject("half").put("file", "a").put("sha256", "abc")));
    }

    @ParameterizedTest
    @MethodSource("mistakesOfTheOriginal")
    void saysWhatIsWrongWithAPackOfTheOriginal(String message, Consumer<ObjectNode> change) {
        TestPacks.changedToy(folder, change);
        assertThatThrownBy(() -> PackManifest.read(folder))
                .isInstanceOf(PackException.class)
                .hasMessageContaining(message);
    }

    @ParameterizedTest
    @MethodSource("mistakesOfEnhancers")
    void saysWhatIsWrongWithAnEnhancer(String message, Consumer<ObjectNode> change) {
        TestPacks.changedToy(folder, change);
        assertThatThrownBy(() -> PackManifest.read(folder))
                .isInstanceOf(PackException.class)
                .hasMessageContaining(message);
    }

    @Test
    void holdsTheOverlapForAShareOfTheSteps() {
        assertThat(PackManifest.read(TestPacks.TOY).heldSteps(5)).as("0.6 of them").isEqualTo(3);
        assertThat(PackManifest.read(TestPacks.TOY).heldSteps(6)).as("begun steps count").isEqualTo(4);
        TestPacks.changedToy(folder, json -> json.remove("overlapHold"));
        assertThat(PackManifest.read(folder).heldSteps(6)).as("as the original").isZero();
    }

    @Test
    void dissolvesOnlyIfItSaysSo() {
        PackManifest plain = PackManifest.read(TestPacks.TOY);
        PackManifest dissolving = PackManifest.read(TestPacks.dissolvingToy(folder));
        assertThat(plain.dissolves()).as("as the original").isFalse();
        assertThat(dissolving.dissolves()).isTrue();
        assertThat(dissolving.edition()).as("makes other films").isNotEqualTo(plain.edition());
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mistakes")
    void saysWhatIsWrong(String message, Consumer<ObjectNode> change) {
        TestPacks.changedToy(folder, change);
        assertThatThrownBy(() -> PackManifest.read(folder)).isInstanceOf(PackException.class)
                .hasMessageStartingWith(folder.resolve("pack.json").toString())
                .hasMessageContaining(message);
    }

    @Test
    void saysWhereJsonIsBroken() throws IOException {
        Files.writeString(folder.resolve("pack.json"), "{\n\"format\": 1,\n}");
        assertThatThrownBy(() -> PackManifest.read(folder)).isInstanceOf(PackException.class)
                .hasMessageContaining("is not valid JSON, line 3");
    }

    @Test
    void saysThatAFolderIsNoPack() {
        assertThatThrownBy(() -> PackManifest.read(folder)).isInstanceOf(PackException.class)
                .hasMessageContaining("is not a model pack: it has no pack.json");
    }

    private static Arguments mistake(String message, Consumer<ObjectNode> change) {
        return arguments(message, change);
    }

    private static ObjectNode object(ObjectNode json, String... path) {
        ObjectNode node = json;
        for (String name : path) {
            node = (ObjectNode) node.get(name);
        }
        return node;
    }
}
