using System.Text;
using Assay.Data.Formats;

namespace Assay.Data.Tests.Formats;

public sealed class HfModelConfigTests
{
    private const string Llama = """{"model_type":"llama","torch_dtype":"bfloat16","eos_token_id":2,"hidden_size":64,"head_dim":null}""";

    [Fact]
    public void The_generation_file_names_the_end_tokens()
    {
        Assert.Equal([2], Parse(Llama).EndIds);
        Assert.Equal([7, 8], Parse(Llama, """{"eos_token_id":[7,8]}""").EndIds);
        Assert.Equal([2], Parse(Llama, """{"eos_token_id":null}""").EndIds);
        Assert.Equal("bfloat16", Parse(Llama).Dtype);
    }

    [Theory]
    [InlineData("""{"hidden_size":64}""", "model_type")]
    [InlineData("""{"model_type":7}""", "model_type")]
    [InlineData("""{"model_type":"llama","hidden_size":65537}""", "hidden_size is 65537")]
    [InlineData("""{"model_type":"llama","num_hidden_layers":0}""", "num_hidden_layers is 0")]
    [InlineData("""{"model_type":"llama","vocab_size":1.5}""", "vocab_size is 1.5")]
    [InlineData("""{"model_type":"llama","eos_token_id":"2"}""", "eos_token_id")]
    [InlineData("""{"model_type":"llama","eos_token_id":[-1]}""", "eos_token_id")]
    [InlineData("""{"model_type":"llama","model_type":"gpt2"}""", "twice")]
    [InlineData("[]", "not a JSON object")]
    public void A_bad_field_is_named(string json, string field) =>
        Assert.Contains(field, Assert.Throws<InvalidModelConfigException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Fact]
    public void Mutated_files_are_read_or_refused_but_never_crash()
    {
        var random = new Random(11);
        byte[] original = Encoding.UTF8.GetBytes(Llama);
        for (int round = 0; round < 3_000; round++)
        {
            byte[] mutated = SafetensorsFileTests.Mutate(original, random);
            try
            {
                HfModelConfig.Parse(mutated, mutated);
            }
            catch (InvalidModelConfigException)
            {
                // The only exception that may leave.
            }
        }
    }

    private static HfModelConfig Parse(string config, string generation = "") => HfModelConfig.Parse(Encoding.UTF8.GetBytes(config), Encoding.UTF8.GetBytes(generation));
}
