using System.Collections;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Assay.Server.Shared.Security;

/// <summary>
/// Makes a request body keep what its type says: no null where none is declared, no member twice, no member left out that has no default.
/// Answers carry no markup characters, whoever shows them.
/// </summary>
internal static class StrictJson
{
    /// <summary>Without it a handler meets null in members that cannot be null, and a client's mistake looks like the server's.</summary>
    public static void Apply(JsonSerializerOptions options)
    {
        options.RespectNullableAnnotations = true;
        options.AllowDuplicateProperties = false;
        options.Encoder = JavaScriptEncoder.Create(UnicodeRanges.All);
        options.TypeInfoResolver = (options.TypeInfoResolver ?? new DefaultJsonTypeInfoResolver()).WithAddedModifier(Refine);
    }

    private static void Refine(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            // Absent stands for null on this wire, so only what cannot be null is required.
            property.IsRequired |= property.AssociatedParameter is { HasDefaultValue: false, IsNullable: false };
        }

        if (type.Kind == JsonTypeInfoKind.Enumerable && type.ElementType is { IsValueType: false })
        {
            type.OnDeserialized = RefuseNullItems;
        }
    }

    private static void RefuseNullItems(object list)
    {
        foreach (var item in (IEnumerable)list)
        {
            if (item is null)
            {
                throw new JsonException("A list holds null.");
            }
        }
    }
}
