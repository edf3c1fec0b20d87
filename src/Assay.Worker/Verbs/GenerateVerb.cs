using System.CommandLine;
using System.Globalization;
using Assay.Data.Tokenization;
using Assay.Models;
using Assay.Models.Adapters;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Generation;
using Assay.Models.Influence;

namespace Assay.Worker.Verbs;

/// <summary><c>engine generate</c>: one reply of a model folder, streamed to stdout.</summary>
internal static class GenerateVerb
{
    public static Command Create()
    {
        var model = new Argument<string>("model") { Description = "Model folder in Hugging Face layout." };
        var prompt = new Argument<string>("prompt") { Description = "What the user says." };
        var adapter = new Option<string?>("--adapter") { Description = "PEFT adapter folder." };
        var system = new Option<string?>("--system") { Description = "System message." };
        var raw = new Option<bool>("--raw") { Description = "Continue the prompt as plain text, without the chat template." };
        var maxTokens = new Option<int>("--max-tokens") { Description = "Most new tokens.", DefaultValueFactory = _ => 200 };
        var temperature = new Option<double>("--temperature") { Description = "0 always takes the most likely token.", DefaultValueFactory = _ => 0.7 };
        var topP = new Option<double>("--top-p") { Description = "Probability mass kept, above 0 to 1.", DefaultValueFactory = _ => 1 };
        var topK = new Option<int>("--top-k") { Description = "Tokens kept; 0 for all.", DefaultValueFactory = _ => 0 };
        var penalty = new Option<double>("--repetition-penalty") { Description = "1 for none.", DefaultValueFactory = _ => 1 };
        var seed = new Option<ulong>("--seed") { Description = "Same seed, same reply.", DefaultValueFactory = _ => 1 };
        var weights = new Option<string>("--weights") { Description = "How matrices are held; stored keeps bf16 and widens the rest.", DefaultValueFactory = _ => "stored" };
        weights.AcceptOnlyFromAmong("stored", "fp32", "bf16", "int8", "nf4");
        var command = new Command("generate", "Generates one reply and streams it to standard output.")
        {
            model, prompt, adapter, system, raw, maxTokens, temperature, topP, topK, penalty, seed, weights,
        };
        command.SetAction(arguments =>
        {
            var options = new GenerateOptions
            {
                MaxTokens = arguments.GetValue(maxTokens),
                Temperature = arguments.GetValue(temperature),
                TopP = arguments.GetValue(topP),
                TopK = arguments.GetValue(topK),
                RepetitionPenalty = arguments.GetValue(penalty),
                Seed = arguments.GetValue(seed),
            };
            using var loaded = BaseModel.Load(arguments.GetRequiredValue(model));
            int[] ids = arguments.GetValue(raw)
                ? loaded.Tokenizer.EncodeWithSpecials(arguments.GetRequiredValue(prompt))
                : loaded.EncodePrompt(Messages(arguments.GetValue(system), arguments.GetRequiredValue(prompt)));
            using var attached = arguments.GetValue(adapter) is { } folder ? PeftAdapterFile.Load(folder, loaded.Plan) : null;
            WeightFormat? format = arguments.GetValue(weights) is { } name && name != "stored" ? Enum.Parse<WeightFormat>(name, ignoreCase: true) : null;
            using var opened = loaded.OpenDecodeWeights(format);
            Write(loaded, opened, new GenerationRequest(ids, options), attached);
            return 0;
        });
        return command;
    }

    private static List<ChatMessage> Messages(string? system, string prompt) =>
        system is null ? [new ChatMessage("user", prompt)] : [new ChatMessage("system", system), new ChatMessage("user", prompt)];

    private static void Write(BaseModel model, DecodeWeights weights, GenerationRequest request, LoraAdapter? adapter)
    {
        var clock = TimeProvider.System;
        int[] prompt = [.. request.Prompt];
        long began = clock.GetTimestamp();
        var reply = new Generator(weights, model.Tokenizer, model.EndIds, clock).Generate(prompt, request.Options, adapter, token => Console.Out.Write(token.Text), CancellationToken.None);
        double seconds = clock.GetElapsedTime(began).TotalSeconds;
        Console.Out.WriteLine();
        using var attached = adapter is null ? null : new DecodeAdapter(weights, adapter);
        string phi = attached is null ? "" : $", φ {Phi.Measure(weights, attached, prompt, reply.Ids).Value / 65536.0:F3}";
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{reply.PromptTokens} prompt tokens, {reply.Tokens.Count} new in {seconds:F2} s ({reply.Tokens.Count / seconds:F1} tokens/s), {weights.Format.ToString().ToLowerInvariant()} weights, ended by {reply.Reason}{phi}"));
    }
}
