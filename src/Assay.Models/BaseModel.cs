using System.Security.Cryptography;
using System.Text;
using Assay.Data.Formats;
using Assay.Data.Tokenization;
using Assay.Models.Engine;
using Assay.Models.Engine.Decode;
using Assay.Models.Engine.Kernels;
using Assay.Models.Engine.Plans;
using Assay.Models.Families;
using Assay.Models.Reference;

namespace Assay.Models;

/// <summary>A model folder, opened: plan, tokenizer, chat template, and the weights once something asks for them. Adapters are attached per call, so one resident base serves many.</summary>
/// <remarks>Not safe for concurrent generation or training: one tensor thread team at a time.</remarks>
public sealed class BaseModel : IDisposable
{
    private static readonly string[] HashedFiles =
        ["config.json", "generation_config.json", "model.safetensors", "model.safetensors.index.json", "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "chat_template.jinja"];

    private readonly Lazy<ReferenceModel> reference;
    private readonly Lazy<DecodeWeights> decode;

    private BaseModel(string folder, HfModelConfig config, DecoderPlan plan, Tokenizer tokenizer, TokenizerConfig tokenizerConfig)
    {
        (Folder, Plan, Tokenizer, TokenizerConfig) = (folder, plan, tokenizer, tokenizerConfig);
        reference = new Lazy<ReferenceModel>(LoadReference);
        decode = new Lazy<DecodeWeights>(() => OpenDecodeWeights(null));
        Template = tokenizerConfig.ChatTemplate is { } source ? ChatTemplate.Parse(source) : null;
        int? endOfTurn = tokenizerConfig.EosToken is { } end ? tokenizer.IdOf(end) : null;
        EndIds = new HashSet<int>(endOfTurn is { } id ? [.. config.EndIds, id] : config.EndIds);
    }

    /// <summary>Where it was loaded from.</summary>
    public string Folder { get; }

    /// <summary>Which blocks it has, in which order.</summary>
    public DecoderPlan Plan { get; }

    /// <summary>The weights in fp32 on the reference path; loaded on first use, because the packed and the decoding path keep their own.</summary>
    public ReferenceModel Weights => reference.Value;

    /// <summary>The weights as generation reads them, in the form they are stored in; opened on first use.</summary>
    public DecodeWeights DecodeWeights => decode.Value;

    /// <summary>Text to ids and back.</summary>
    public Tokenizer Tokenizer { get; }

    /// <summary>Special tokens and limits of the tokenizer.</summary>
    public TokenizerConfig TokenizerConfig { get; }

    /// <summary>Chat template, or null when the model has none and cannot chat.</summary>
    public ChatTemplate? Template { get; }

    /// <summary>Ids that end a reply: those of the configurations and the end-of-turn token.</summary>
    public IReadOnlySet<int> EndIds { get; }

    /// <summary>Opens a folder in Hugging Face layout. Names and shapes of all weights are checked; their values are read later.</summary>
    /// <exception cref="InvalidModelConfigException">The configuration cannot be used; the message names the field.</exception>
    /// <exception cref="InvalidSafetensorsException">The weights cannot be used.</exception>
    /// <exception cref="InvalidTokenizerException">The tokenizer cannot be used.</exception>
    /// <exception cref="ChatTemplateException">The chat template cannot be used.</exception>
    public static BaseModel Load(string folder)
    {
        var config = HfModelConfig.Load(folder);
        using var checkpoint = SafetensorsCheckpoint.Open(folder);
        var plan = ModelFamily.Plan(config, checkpoint.Names);
        var tokenizer = TokenizerFolder.Open(folder);
        if (tokenizer.VocabularySize > plan.Vocab)
        {
            throw new InvalidModelConfigException($"config.json: vocab_size = {plan.Vocab}, but the tokenizer has ids up to {tokenizer.VocabularySize - 1}.");
        }

        var tokenizerConfig = TokenizerConfig.LoadFolder(folder);
        WeightNames.CheckShapes(plan, checkpoint);
        return new BaseModel(folder, config, plan, tokenizer, tokenizerConfig);
    }

    /// <summary>Opens the weight files; the caller disposes the result.</summary>
    public SafetensorsCheckpoint OpenCheckpoint() => SafetensorsCheckpoint.Open(Folder);

    /// <summary>Opens the weights for generation; the caller disposes the result.</summary>
    /// <param name="format">How to hold the matrices; null keeps bf16 as stored and widens everything else to fp32.</param>
    public DecodeWeights OpenDecodeWeights(WeightFormat? format) => DecodeWeights.Open(Plan, OpenCheckpoint(), format);

    /// <summary>Token ids of a conversation, ready for the assistant's next reply.</summary>
    /// <param name="messages">Turns, oldest first.</param>
    /// <param name="now">The time that a template which shows the date gets.</param>
    /// <exception cref="InvalidOperationException">The model has no chat template.</exception>
    /// <exception cref="ChatTemplateException">The template refuses the conversation.</exception>
    public int[] EncodePrompt(IReadOnlyList<ChatMessage> messages, DateTimeOffset? now = null)
    {
        var template = Template ?? throw new InvalidOperationException($"The model '{Folder}' has no chat template, so it cannot chat.");
        return Tokenizer.Encode(template.Render(messages, addGenerationPrompt: true, TokenizerConfig.SpecialTokens, now));
    }

    /// <summary>SHA-256 in hex over name and content of every file that decides what the model computes.</summary>
    public string ComputeContentHash()
    {
        using var all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var files = HashedFiles.Select(name => Path.Combine(Folder, name)).Concat(Directory.EnumerateFiles(Folder, "model-*.safetensors")).Concat(Directory.EnumerateFiles(Folder, "*.tiktoken"));
        foreach (string file in files.Where(File.Exists).Order(StringComparer.Ordinal))
        {
            using var stream = File.OpenRead(file);
            all.AppendData(Encoding.UTF8.GetBytes(Path.GetFileName(file) + "\n"));
            all.AppendData(SHA256.HashData(stream));
        }

        return Convert.ToHexStringLower(all.GetHashAndReset());
    }

    public void Dispose()
    {
        if (reference.IsValueCreated)
        {
            reference.Value.Dispose();
        }

        if (decode.IsValueCreated)
        {
            decode.Value.Dispose();
        }
    }

    private ReferenceModel LoadReference()
    {
        using var checkpoint = OpenCheckpoint();
        return ReferenceModel.Load(Plan, checkpoint);
    }
}
